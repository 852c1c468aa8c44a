// The code by which another PC joins, and another recovery code: both are secrets.
import { useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import type { Json } from "../api/types";
import { Do, Note, Told } from "../parts/parts";
import { useWords } from "../words/context";
import type { Message } from "../words/words";

export function SecondPc() {
    const words = useWords();
    const { client } = useAgent();
    const [secret, setSecret] = useState<string | null>(null);
    const [failed, setFailed] = useState<Message | null>(null);
    const ask = () =>
        client.post<Json>("/api/v1/pair").then(
            answer => setSecret(String(answer["code"])),
            (failure: unknown) => setFailed(messageOf(failure)),
        );
    return (
        <section aria-labelledby="pair-title">
            <h3 id="pair-title">{words("page.pair_title")}</h3>
            <p>{words("page.pair_explained")}</p>
            {secret !== null && (
                <>
                    <Note level="act">{words("page.pair_secret")}</Note>
                    <p class="mono secret">{secret}</p>
                </>
            )}
            <p class="buttons">
                {secret === null ? (
                    <Do act={ask}>{words("page.pair_show")}</Do>
                ) : (
                    <button type="button" onClick={() => setSecret(null)}>
                        {words("page.pair_hide")}
                    </button>
                )}
            </p>
            <Told message={failed} />
        </section>
    );
}

/// `shown`: what shows it, once.
export function NewRecoveryCode({ shown }: { shown: (code: string) => void }) {
    const words = useWords();
    const { client } = useAgent();
    const [failed, setFailed] = useState<Message | null>(null);
    const ask = () =>
        client.post<Json>("/api/v1/recovery-code").then(
            answer => shown(String(answer["recovery_code"])),
            (failure: unknown) => setFailed(messageOf(failure)),
        );
    return (
        <section aria-labelledby="recovery-title">
            <h3 id="recovery-title">{words("page.recovery_code")}</h3>
            <p>{words("page.recovery_renew_explained")}</p>
            <p class="buttons">
                <Do act={ask}>{words("page.recovery_renew")}</Do>
            </p>
            <Told message={failed} />
        </section>
    );
}
