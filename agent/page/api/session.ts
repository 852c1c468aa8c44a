// How a page session begins, and how the page makes sure that the daemon is still the one that it
// began with.
import { Client, Gone, Refused } from "./client";
import type { Json, Session } from "./types";

/// Trades a one-time code; throws Refused with the daemon's words.
export async function trade(client: Client, code: string): Promise<void> {
    let answer: Response;
    try {
        answer = await fetch("/api/v1/session", {
            method: "POST",
            headers: { Authorization: `Code ${code.replace(/\s/g, "")}` },
            cache: "no-store",
            credentials: "omit",
        });
    } catch {
        throw new Gone();
    }
    const json = (await answer.json().catch(() => ({}))) as Json;
    const { session, token } = json;
    if (answer.status !== 201 || typeof session !== "string" || typeof token !== "string")
        throw new Refused(answer.status, json);
    client.hold({ session, token });
}

export async function lock(client: Client): Promise<void> {
    try {
        await client.post("/api/v1/session/end");
    } finally {
        client.hold(null);
    }
}

function hex(bytes: ArrayBuffer | Uint8Array): string {
    return [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, "0")).join("");
}

async function proofOf(session: Session, challenge: string): Promise<string> {
    const ascii = new TextEncoder();
    const key = await crypto.subtle.importKey(
        "raw",
        ascii.encode(session.token),
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["sign"],
    );
    return hex(await crypto.subtle.sign("HMAC", key, ascii.encode(challenge)));
}

/// Whether what answers on the port knows the token, which is not sent. A daemon that was started
/// again does not.
export async function whoAnswers(session: Session): Promise<"ours" | "other" | "gone"> {
    const challenge = hex(crypto.getRandomValues(new Uint8Array(32)));
    let json: Json;
    try {
        const query = new URLSearchParams({ session: session.session, challenge });
        const answer = await fetch("/healthz?" + query.toString(), {
            cache: "no-store",
            credentials: "omit",
        });
        json = (await answer.json()) as Json;
    } catch (failure) {
        return failure instanceof SyntaxError ? "other" : "gone";
    }
    return json["proof"] === (await proofOf(session, challenge)) ? "ours" : "other";
}
