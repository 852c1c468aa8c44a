// What every screen works with: the daemon, what it says of itself, and whether there is a session.
import { createContext, type ComponentChildren } from "preact";
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Client, Gone, Refused } from "./client";
import { Polling, type Reach } from "./polling";
import { lock, trade } from "./session";
import type { Status } from "./types";
import type { Message } from "../words/words";

interface Agent {
    client: Client;
    status: Status | null;
    reach: Reach;
    /// `ended`: there was one.
    session: "none" | "open" | "ended";
    enter: (code: string) => Promise<void>;
    leave: () => void;
    /// The state is asked at once.
    refresh: () => void;
}

const Known = createContext<Agent | null>(null);

export function useAgent(): Agent {
    const agent = useContext(Known);
    if (agent === null) throw new Error("no agent");
    return agent;
}

/// What to tell of a failed request.
export function messageOf(failure: unknown): Message {
    if (failure instanceof Refused) return failure.said;
    if (failure instanceof Gone) return { code: "page.gone" };
    if (failure instanceof Error) return { code: "page.broken", values: { what: failure.message } };
    return { code: "page.broken", values: { what: String(failure) } };
}

export function WithAgent({ children }: { children: ComponentChildren }) {
    const client = useMemo(() => new Client(), []);
    const [, again] = useState(0);
    const [session, setSession] = useState<Agent["session"]>(
        client.session === null ? "none" : "open",
    );
    const polling = useRef<Polling | null>(null);
    useEffect(() => {
        client.onEnd = () => {
            client.hold(null);
            client.isDoubted = false;
            setSession("ended");
            polling.current?.forget();
        };
        polling.current = new Polling(client, () => again(count => count + 1));
    }, [client]);
    const enter = async (code: string) => {
        await trade(client, code);
        setSession("open");
        polling.current?.forget();
    };
    const leave = () => {
        void lock(client)
            .catch(() => undefined)
            .then(() => {
                setSession("none");
                polling.current?.forget();
            });
    };
    const agent: Agent = {
        client,
        session,
        enter,
        leave,
        status: polling.current?.status ?? null,
        reach: polling.current?.reach ?? "unknown",
        refresh: () => polling.current?.now(),
    };
    return <Known.Provider value={agent}>{children}</Known.Provider>;
}

/// What was asked of the daemon: the answer, or what to tell instead.
export interface Asked<Answer> {
    answer: Answer | null;
    failed: Message | null;
    again: () => void;
}

/// Asks `path` now and whenever it changes; null asks nothing.
export function useAsked<Answer>(path: string | null): Asked<Answer> {
    const { client } = useAgent();
    const [count, setCount] = useState(0);
    const [answer, setAnswer] = useState<Answer | null>(null);
    const [failed, setFailed] = useState<Message | null>(null);
    useEffect(() => {
        if (path === null) return undefined;
        const stop = new AbortController();
        client.get<Answer>(path, stop.signal).then(
            given => {
                setAnswer(given);
                setFailed(null);
            },
            (failure: unknown) => {
                if (!stop.signal.aborted) setFailed(messageOf(failure));
            },
        );
        return () => stop.abort();
    }, [client, path, count]);
    return { answer, failed, again: () => setCount(count + 1) };
}
