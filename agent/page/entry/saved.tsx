// What was recorded last: its number, and the way to undo it.
import { useState } from "preact/hooks";
import { useAgent } from "../api/context";
import { messageIn, type FieldError, type Recorded } from "../api/types";
import { Note } from "../parts/parts";
import { capital, Line, Marked } from "../parts/said";
import { useSpoken, useWords } from "../words/context";
import { VoidDialog } from "../register/acts";
import type { Screen } from "../screens";

function two(number: number): string {
    return String(number).padStart(2, "0");
}

export function Warnings({ warnings }: { warnings: readonly FieldError[] }) {
    const { words, told } = useSpoken();
    if (warnings.length === 0) return null;
    return (
        <ul>
            {warnings.map(warning => {
                const message = messageIn(warning, "message");
                return (
                    message && (
                        <li key={warning.field}>
                            {capital(words("field." + warning.field))}:{" "}
                            <Marked text={told(message)} />
                        </li>
                    )
                );
            })}
        </ul>
    );
}

export function Saved({
    saved,
    voided,
    go,
}: {
    saved: { recorded: Recorded; at: Date };
    voided: () => void;
    go: (screen: Screen) => void;
}) {
    const words = useWords();
    const { refresh } = useAgent();
    const [isVoiding, setVoiding] = useState(false);
    const { recorded, at } = saved;
    const explanation = messageIn(recorded, "explanation");
    return (
        <Note level="good">
            <p>
                <strong>
                    {words("page.recorded", {
                        number: recorded.number,
                        at: `${two(at.getHours())}:${two(at.getMinutes())}`,
                    })}
                </strong>
            </p>
            {explanation && (
                <p>
                    <Line of={explanation} />
                </p>
            )}
            <Warnings warnings={recorded.warnings} />
            <p class="buttons">
                {recorded.delivery === "unsigned" && (
                    <button type="button" onClick={() => go("sign")}>
                        {words("page.go_sign")}
                    </button>
                )}
                <button type="button" onClick={() => setVoiding(true)}>
                    {words("page.void")}
                </button>
            </p>
            {isVoiding && (
                <VoidDialog
                    entry={recorded}
                    close={() => setVoiding(false)}
                    done={() => {
                        setVoiding(false);
                        refresh();
                        voided();
                    }}
                />
            )}
        </Note>
    );
}
