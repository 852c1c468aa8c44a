// Requests to the daemon. A session is held in sessionStorage alone, and travels in Authorization.
import { messageIn, type FieldError, type Json, type Session } from "./types";
import type { Message } from "../words/words";

const kSessionKept = "tizilim.session";

/// What the daemon refused: its message, and what is wrong with each field.
export class Refused extends Error {
    constructor(
        readonly status: number,
        readonly json: Json,
    ) {
        super(String(json["error"] ?? status));
    }
    get error(): string {
        return String(this.json["error"] ?? "");
    }
    get said(): Message {
        return (
            messageIn(this.json, "message") ?? {
                code: "page.odd_answer",
                values: { status: this.status },
            }
        );
    }
    get errors(): readonly FieldError[] {
        const errors = this.json["errors"];
        return Array.isArray(errors) ? (errors as FieldError[]) : [];
    }
}

/// Nothing answered at all.
export class Gone extends Error {}

/// Of a longer body the daemon reads nothing, and a browser that still sends misses its answer.
const kBodyBytesMax = 256 * 1024;
/// Of the longest text of an entry.
const kTextBytesMax = 16 * 1024;

function bytesOf(text: string): number {
    return new TextEncoder().encode(text).length;
}

/// As the daemon would have refused it: each text that is too long by its field.
function tooLong(body: object): Refused {
    const inside = (body as { fields?: object }).fields ?? {};
    const errors = Object.entries({ ...body, ...inside }).flatMap(([field, text]) => {
        const bytes = typeof text === "string" ? bytesOf(text) : 0;
        if (bytes <= kTextBytesMax) return [];
        const values = { bytes, max: kTextBytesMax };
        return [{ field, message: "too long", code: "text.too_long", values }];
    });
    const values = { max: kBodyBytesMax };
    const said = { error: "too_large", message: "too large", code: "request.too_large", values };
    return new Refused(413, { ...said, errors });
}

function textOf(body: object): string {
    const text = JSON.stringify(body);
    if (bytesOf(text) > kBodyBytesMax) throw tooLong(body);
    return text;
}

export class Client {
    /// Told when the daemon says that the session is over.
    onEnd: () => void = () => undefined;
    /// Told when nothing answers.
    onGone: () => void = () => undefined;
    /// While it is not certain who answers on the port, no token is sent.
    isDoubted = false;
    /// Asks who answers; true: the daemon that the session began with.
    onDoubt: () => Promise<boolean> = () => Promise.resolve(false);
    private held: Session | null = null;

    constructor() {
        const kept = sessionStorage.getItem(kSessionKept);
        const read: unknown = kept === null ? null : JSON.parse(kept);
        if (isSession(read)) this.held = read;
    }

    get session(): Session | null {
        return this.held;
    }

    hold(session: Session | null): void {
        this.held = session;
        if (session === null) sessionStorage.removeItem(kSessionKept);
        else sessionStorage.setItem(kSessionKept, JSON.stringify(session));
    }

    headers(): Record<string, string> {
        if (this.held === null) return {};
        return { Authorization: `Bearer ${this.held.session}.${this.held.token}` };
    }

    async send(
        method: string,
        path: string,
        body?: object,
        signal?: AbortSignal,
    ): Promise<Response> {
        const init: RequestInit = {
            method,
            headers: this.headers(),
            cache: "no-store",
            credentials: "omit",
        };
        if (signal) init.signal = signal;
        if (body !== undefined) {
            init.headers = {
                ...this.headers(),
                "Content-Type": body instanceof Blob ? body.type : "application/json",
            };
            init.body = body instanceof Blob ? body : textOf(body);
        }
        return await this.answered(path, init);
    }

    async get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
        return (await (await this.send("GET", path, undefined, signal)).json()) as Answer;
    }

    async post<Answer>(path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
        return (await (await this.send("POST", path, body, signal)).json()) as Answer;
    }

    /// Lines of JSON as they come; the last is the result, or what went wrong, which is thrown.
    async lines(
        method: string,
        path: string,
        body: object | null | undefined,
        take: (line: Json) => void,
        signal?: AbortSignal,
    ): Promise<Json> {
        const answer = await this.send(method, path, body ?? undefined, signal);
        let result: Json | null = null;
        for await (const line of linesOf(answer)) {
            if ("error" in line) throw new Refused(answer.status, line);
            const made = line["result"];
            if (typeof made === "object" && made !== null) result = made as Json;
            else take(line);
        }
        if (result === null) throw new Gone();
        return result;
    }

    private async answered(path: string, init: RequestInit): Promise<Response> {
        if (this.isDoubted && !(await this.onDoubt())) throw new Gone();
        let answer: Response;
        try {
            answer = await fetch(path, init);
        } catch (failure) {
            if (init.signal?.aborted) throw failure;
            this.onGone();
            throw new Gone();
        }
        if (answer.ok) return answer;
        const json = (await answer.json().catch(() => ({}))) as Json;
        if (answer.status === 401) this.onEnd();
        throw new Refused(answer.status, json);
    }
}

function isSession(json: unknown): json is Session {
    return (
        typeof json === "object" &&
        json !== null &&
        "session" in json &&
        "token" in json &&
        typeof json.session === "string" &&
        typeof json.token === "string"
    );
}

async function* linesOf(answer: Response): AsyncGenerator<Json> {
    const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
        const { done, value } = await reader.read();
        rest += decoder.decode(value, { stream: !done });
        const lines = rest.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line !== "") yield JSON.parse(line) as Json;
        if (done) return;
    }
}
