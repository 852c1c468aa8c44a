// What waits for a decision: entries that were changed differently in two places, and those that
// the unified system refuses.
import { useState } from "preact/hooks";
import { messageOf, useAgent, useAsked } from "../api/context";
import { Refused } from "../api/client";
import {
    messageIn,
    type Conflict,
    type Conflicts,
    type QuarantinePage,
    type RefusedEntry,
    type Revised,
    type Side,
} from "../api/types";
import { Do, Note, Text, Told } from "../parts/parts";
import { capital, Line } from "../parts/said";
import { labelOf, nameOf, pathOf, shownValue } from "../parts/shown";
import { useWords } from "../words/context";
import { time, type Message } from "../words/words";

function Row({
    conflict,
    field,
    chosen,
    choose,
}: {
    conflict: Conflict;
    field: Conflict["fields"][number];
    chosen: Side | undefined;
    choose: (side: Side) => void;
}) {
    const words = useWords();
    const value = (side: Side) => (
        <td data-label={words(side === "mine" ? "page.this_pc" : "page.other_pc")}>
            <label class="check">
                <input
                    type="radio"
                    name={`${conflict.id}-${field.field}`}
                    checked={chosen === side}
                    onChange={() => choose(side)}
                />
                {shownValue(words, field.field, field[side]) || words("page.empty")}
            </label>
        </td>
    );
    return (
        <tr>
            <th scope="row">{capital(labelOf(words, field.field))}</th>
            {value("mine")}
            {value("theirs")}
        </tr>
    );
}

type Choices = { readonly [field: string]: Side };

function Fields({
    conflict,
    choices,
    choose,
}: {
    conflict: Conflict;
    choices: Choices;
    choose: (field: string, side: Side) => void;
}) {
    const words = useWords();
    return (
        <table>
            <thead>
                <tr>
                    <th scope="col">{words("page.field")}</th>
                    <th scope="col">{words("page.this_pc")}</th>
                    <th scope="col">{words("page.other_pc")}</th>
                </tr>
            </thead>
            <tbody>
                {conflict.fields.map(field => (
                    <Row
                        key={field.field}
                        conflict={conflict}
                        field={field}
                        chosen={choices[field.field]}
                        choose={side => choose(field.field, side)}
                    />
                ))}
            </tbody>
        </table>
    );
}

function Card({ conflict, decided }: { conflict: Conflict; decided: () => void }) {
    const words = useWords();
    const { client } = useAgent();
    const [choices, setChoices] = useState<Choices>({});
    const [reason, setReason] = useState("");
    const [failed, setFailed] = useState<Message | null>(null);
    const [withdraws, setWithdraws] = useState<Message | null>(null);
    const isWhole = conflict.fields.every(field => choices[field.field] !== undefined);
    const resolve = async (keep: Side | null) => {
        const body = {
            choices: keep === null ? choices : {},
            ...(keep && { keep }),
            ...(reason && { reason }),
        };
        const path = pathOf(conflict) + (withdraws === null ? "/resolve" : "/resolve?withdraw=1");
        await client.post<Revised>(path, body).then(decided, (failure: unknown) => {
            if (failure instanceof Refused && failure.error === "withdraws")
                setWithdraws(failure.said);
            else setFailed(messageOf(failure));
        });
    };
    return (
        <article class="card" aria-labelledby={`c-${conflict.id}`}>
            <h3 id={`c-${conflict.id}`}>{nameOf(words, conflict)}</h3>
            <p>
                {capital(words("conflict_kind." + conflict.kind))} · {time(conflict.since)}
            </p>
            {conflict.fields.length > 0 && (
                <Fields
                    conflict={conflict}
                    choices={choices}
                    choose={(field, side) => setChoices({ ...choices, [field]: side })}
                />
            )}
            <Text
                id={`r-${conflict.id}`}
                label={words("page.reason_if_any")}
                value={reason}
                change={setReason}
                wide
            />
            {withdraws && (
                <Note level="act">
                    <Line of={withdraws} />
                </Note>
            )}
            <Told message={failed} />
            <p class="buttons">
                {conflict.fields.length > 0 && (
                    <Do primary disabled={!isWhole} act={() => resolve(null)}>
                        {words("page.decide_chosen")}
                    </Do>
                )}
                <Do act={() => resolve("mine")}>{words("page.keep_mine")}</Do>
                <Do act={() => resolve("theirs")}>{words("page.keep_theirs")}</Do>
            </p>
        </article>
    );
}

function Refusals({ entries, again }: { entries: readonly RefusedEntry[]; again: () => void }) {
    const words = useWords();
    const { client } = useAgent();
    const [failed, setFailed] = useState<Message | null>(null);
    const retry = (entry: RefusedEntry) =>
        client
            .post<Revised>(pathOf(entry) + "/retry")
            .then(again, (failure: unknown) => setFailed(messageOf(failure)));
    return (
        <>
            <Told message={failed} />
            {entries.map(entry => {
                // What is explained names the answer, too.
                const said = messageIn(entry, "explanation") ?? messageIn(entry, "delivery_reason");
                return (
                    <article class="card" key={entry.id}>
                        <h3>{nameOf(words, entry)}</h3>
                        {said && (
                            <p>
                                <Line of={said} />
                            </p>
                        )}
                        <p class="buttons">
                            <Do act={() => retry(entry)}>{words("page.retry")}</Do>
                        </p>
                    </article>
                );
            })}
        </>
    );
}

export function Decide() {
    const words = useWords();
    const { refresh } = useAgent();
    const conflicts = useAsked<Conflicts>("/api/v1/conflicts");
    const refused = useAsked<QuarantinePage>("/api/v1/quarantine?limit=100");
    const again = () => {
        conflicts.again();
        refused.again();
        refresh();
    };
    const open = conflicts.answer?.conflicts ?? [];
    const entries = refused.answer?.entries ?? [];
    return (
        <>
            <h2>{words("page_screen.decide")}</h2>
            <Told message={conflicts.failed ?? refused.failed} />
            {open.length > 0 && <p>{words("page.conflicts_left", { count: open.length })}</p>}
            {open.map(conflict => (
                <Card key={conflict.id} conflict={conflict} decided={again} />
            ))}
            {entries.length > 0 && <h2>{words("page.refused")}</h2>}
            <Refusals entries={entries} again={again} />
            {conflicts.answer && refused.answer && open.length === 0 && entries.length === 0 && (
                <p class="none">{words("page.nothing_to_decide")}</p>
            )}
        </>
    );
}
