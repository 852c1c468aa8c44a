// A long piece of work of the daemon: how far it is, and what came of it.
import { useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import { Refused } from "../api/client";
import type { FieldError, Json } from "../api/types";
import type { Message } from "../words/words";

export interface Streamed {
    percent: number | null;
    result: Json | null;
    failed: Message | null;
    errors: readonly FieldError[];
    /// Null: it failed.
    run: (path: string, body?: object | null) => Promise<Json | null>;
    forget: () => void;
}

export function useStreamed(): Streamed {
    const { client } = useAgent();
    const [percent, setPercent] = useState<number | null>(null);
    const [result, setResult] = useState<Json | null>(null);
    const [failure, setFailure] = useState<unknown>(null);
    const forget = () => {
        setResult(null);
        setFailure(null);
    };
    const run = async (path: string, body?: object | null) => {
        forget();
        try {
            const made = await client.lines("POST", path, body, line =>
                setPercent(Math.floor((100 * Number(line["done"])) / Number(line["total"]))),
            );
            setResult(made);
            return made;
        } catch (thrown) {
            setFailure(thrown);
            return null;
        } finally {
            setPercent(null);
        }
    };
    return {
        percent,
        result,
        failed: failure === null ? null : messageOf(failure),
        errors: failure instanceof Refused ? failure.errors : [],
        run,
        forget,
    };
}

export function Percent({ of, label }: { of: Streamed; label: string }) {
    if (of.percent === null) return null;
    return <progress max={100} value={of.percent} aria-label={label} />;
}
