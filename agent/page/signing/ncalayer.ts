// NCALayer, the certification centre's program: a web socket on this computer that asks for the key
// in its own window. It numbers no requests, so that one is made at a time. What it answers is
// untrusted: the daemon verifies it.

const kAddress = "wss://127.0.0.1:13579/";
/// By hand, to see and to accept its certificate.
export const kPageOfNcalayer = "https://127.0.0.1:13579/";
const kConnectMilliseconds = 5_000;
const kSignMilliseconds = 600_000;

export type Failure =
    | "not_reached"
    | "cancelled"
    | "closed"
    | "no_module"
    | "nobody_answered"
    | "odd_answer"
    | "failed";

export class NcalayerFailed extends Error {
    constructor(
        readonly failure: Failure,
        readonly why = "",
    ) {
        super(failure);
    }
}

type Json = { readonly [name: string]: unknown };

function asJson(value: unknown): Json | null {
    return typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as Json)
        : null;
}

/// DER in base64, without the lines of PEM.
export function bareBase64(cms: string): string {
    return cms.replace(/-----(BEGIN|END) [^-]+-----/g, "").replace(/\s/g, "");
}

/// The signatures in an answer, one for each of `count` texts.
export function signaturesIn(text: string, count: number): string[] {
    let answer: Json | null;
    try {
        answer = asJson(JSON.parse(text));
    } catch {
        throw new NcalayerFailed("odd_answer");
    }
    if (answer === null) throw new NcalayerFailed("odd_answer");
    if (answer["errorCode"] === "MODULE_NOT_FOUND") throw new NcalayerFailed("no_module");
    if (answer["status"] !== true)
        throw new NcalayerFailed(
            "failed",
            String(answer["code"] ?? answer["errorCode"] ?? answer["message"] ?? ""),
        );
    const body = asJson(answer["body"]);
    if (body === null || !("result" in body)) throw new NcalayerFailed("cancelled");
    const given = asJson(body["result"])?.["signatures"] ?? body["result"];
    const list: unknown[] = Array.isArray(given) ? given : [given];
    const found = list.filter(one => typeof one === "string").map(bareBase64);
    if (found.length !== count || found.some(one => one === ""))
        throw new NcalayerFailed("odd_answer");
    return found;
}

export class Ncalayer {
    private constructor(private readonly socket: WebSocket) {}

    static connect(): Promise<Ncalayer> {
        return new Promise((connected, failed) => {
            const socket = new WebSocket(kAddress);
            const timer = setTimeout(() => {
                socket.close();
                failed(new NcalayerFailed("not_reached"));
            }, kConnectMilliseconds);
            // The browser does not say whether nobody listens or the certificate is not trusted.
            socket.onerror = () => failed(new NcalayerFailed("not_reached"));
            // It greets with its version.
            socket.onmessage = () => {
                clearTimeout(timer);
                connected(new Ncalayer(socket));
            };
        });
    }

    /// Detached CMS in base64 over each of `documents`, which are texts.
    async sign(documents: readonly string[], locale: string): Promise<string[]> {
        const text = await this.ask({
            module: "kz.gov.pki.knca.basics",
            method: "sign",
            args: {
                allowedStorages: null,
                format: "cms",
                data: documents.map(base64),
                signingParams: { decode: true, encapsulate: false, digested: false },
                signerParams: { extKeyUsageOids: ["1.3.6.1.5.5.7.3.4"] },
                locale,
            },
        });
        return signaturesIn(text, documents.length);
    }

    close(): void {
        this.socket.onclose = null;
        this.socket.close();
    }

    private ask(request: Json): Promise<string> {
        return new Promise((answered, failed) => {
            const timer = setTimeout(
                () => failed(new NcalayerFailed("nobody_answered")),
                kSignMilliseconds,
            );
            this.socket.onmessage = event => {
                clearTimeout(timer);
                answered(String(event.data));
            };
            this.socket.onclose = this.socket.onerror = () => {
                clearTimeout(timer);
                failed(new NcalayerFailed("closed"));
            };
            this.socket.send(JSON.stringify(request));
        });
    }
}

function base64(text: string): string {
    return btoa(
        Array.from(new TextEncoder().encode(text), byte => String.fromCharCode(byte)).join(""),
    );
}
