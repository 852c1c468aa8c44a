// One run of signing: chunk by chunk, each signature stored as soon as it came, so that a run that
// breaks off goes on where it stood.
import { messageOf } from "../api/context";
import type { Client } from "../api/client";
import { messageIn, type Signed, type SigningTask } from "../api/types";
import type { Message } from "../words/words";
import { Ncalayer, NcalayerFailed } from "./ncalayer";
import { holderIn, type Holder } from "./whose_key";

/// Documents in one request, by what NCALayer bears.
const kChunk = 50;

export interface Problem {
    task: SigningTask;
    said: Message;
}

export interface Progress {
    done: number;
    total: number;
    problems: readonly Problem[];
    warnings: readonly Message[];
}

export interface Run {
    client: Client;
    tasks: readonly SigningTask[];
    locale: string;
    /// Whether the holder of the key is who should sign; asked once, before the first is stored.
    isRight: (holder: Holder | null) => Promise<boolean>;
    progress: (progress: Progress) => void;
}

/// What to tell of a failure, with what to do about it.
export function failureOf(failure: unknown): Message {
    if (failure instanceof NcalayerFailed)
        return { code: "page_ncalayer." + failure.failure, values: { why: failure.why } };
    return messageOf(failure);
}

export async function sign(run: Run): Promise<void> {
    const problems: Problem[] = [];
    const warnings = new Map<string, Message>();
    let done = 0;
    const tell = () =>
        run.progress({
            done,
            total: run.tasks.length,
            problems: [...problems],
            warnings: [...warnings.values()],
        });
    tell();
    const ncalayer = await Ncalayer.connect();
    try {
        for (let at = 0; at < run.tasks.length; at += kChunk) {
            const chunk = run.tasks.slice(at, at + kChunk);
            const signatures = await ncalayer.sign(
                chunk.map(task => task.bytes),
                run.locale,
            );
            if (at === 0 && !(await run.isRight(holderIn(signatures[0] ?? "")))) return;
            for (const [place, task] of chunk.entries()) {
                const path = `/api/v1/entries/${encodeURIComponent(task.id)}/signature`;
                try {
                    const signed = await run.client.post<Signed>(path, {
                        version: task.version,
                        cms: signatures[place],
                    });
                    for (const warning of signed.warnings) {
                        const said = messageIn(warning, "message");
                        if (said) warnings.set(said.code, said);
                    }
                    ++done;
                } catch (failure) {
                    problems.push({ task, said: messageOf(failure) });
                }
                tell();
            }
        }
    } finally {
        ncalayer.close();
    }
}
