// Whether the unified system answers and takes the account: what was made of it is shown as it
// is, and address and password can be mended until it does.
import { useState } from "preact/hooks";
import { useAgent, useAsked } from "../api/context";
import { messageIn, type Setup } from "../api/types";
import { deliveryOf } from "../head/overview";
import { Do, Note } from "../parts/parts";
import { Line } from "../parts/said";
import { useWords } from "../words/context";
import { Mend } from "./settings";

/// Nothing is known before the first answer, or failure.
function Outcome({ isAsking }: { isAsking: boolean }) {
    const words = useWords();
    const { status } = useAgent();
    if (status === null || isAsking)
        return <Note level="calm">{words("page.unified_asking")}</Note>;
    if (status.state === "synced") return <Note level="good">{words("page.unified_good")}</Note>;
    const { sentence, level } = deliveryOf(status);
    return (
        <Note level={level === "good" ? "calm" : "act"}>
            <p>
                <Line of={messageIn(status, "reason") ?? sentence} />
            </p>
            <p>{words("page.unified_later")}</p>
        </Note>
    );
}

export function Unified({ done }: { done: () => void }) {
    const words = useWords();
    const { client, refresh, status } = useAgent();
    const { answer, again } = useAsked<Setup>("/api/v1/setup");
    const [isAsking, setAsking] = useState(false);
    const isBegun =
        status !== null &&
        status.state !== "no_register" &&
        (status.state !== "pending" || status.lastVerifiedAt !== null);
    const mended = async () => {
        setAsking(true);
        try {
            await client.post("/api/v1/sync");
            again();
        } finally {
            refresh();
            setTimeout(() => setAsking(false), 2000);
        }
    };
    return (
        <div class="documents">
            <section aria-labelledby="unified-title">
                <h2 id="unified-title">{words("page.unified_title")}</h2>
                <Outcome isAsking={isAsking || !isBegun} />
                {answer !== null && isBegun && status.state !== "synced" && (
                    <Mend kept={answer} done={mended} />
                )}
                <p class="buttons">
                    <Do primary={status?.state === "synced"} act={done}>
                        {words("page.unified_go_on")}
                    </Do>
                </p>
            </section>
        </div>
    );
}
