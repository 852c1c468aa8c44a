// An entry that was changed elsewhere while an act on it was being decided: what was meant and what
// the entry is now, side by side. Nothing of it is lost; the act can be sent again.
import { useState } from "preact/hooks";
import { Refused } from "../api/client";
import { kGiven, type Entry } from "../api/types";
import { Note } from "../parts/parts";
import { capital } from "../parts/said";
import { labelOf, shownValue } from "../parts/shown";
import { useWords } from "../words/context";

const kCompared = [...kGiven, "state"];

type Values = { readonly [field: string]: unknown };

export interface Seen {
    /// As it was last seen here; sent along, so that no other is changed.
    version: number | undefined;
    /// What it became meanwhile.
    now: Entry | null;
    /// What it became, if that is why the act was refused; from then on that was seen.
    look: (failure: unknown) => Entry | null;
}

export function useSeen(entry: { versions?: number }): Seen {
    const [now, setNow] = useState<Entry | null>(null);
    const look = (failure: unknown) => {
        if (!(failure instanceof Refused) || failure.error !== "changed_meanwhile") return null;
        const found = failure.json["entry"] as Entry;
        setNow(found);
        return found;
    };
    return { version: now?.versions ?? entry.versions, now, look };
}

/// `heading`: the code of what stands on the left, `before`.
export function Meanwhile({
    heading,
    before,
    now,
}: {
    heading: string;
    before: Values;
    now: Entry;
}) {
    const words = useWords();
    const shown = (values: Values, field: string) => shownValue(words, field, values[field]);
    const fields = kCompared.filter(
        field => before[field] !== undefined && shown(before, field) !== shown(now, field),
    );
    return (
        <Note level="act">
            <p>{words("page.changed_meanwhile")}</p>
            <table class="meanwhile">
                <thead>
                    <tr>
                        <th scope="col">{words("page.field")}</th>
                        <th scope="col">{words(heading)}</th>
                        <th scope="col">{words("page.as_it_is_now")}</th>
                    </tr>
                </thead>
                <tbody>
                    {fields.map(field => (
                        <tr key={field}>
                            <th scope="row">{capital(labelOf(words, field))}</th>
                            <td>{shown(before, field) || words("page.empty")}</td>
                            <td>{shown(now, field) || words("page.empty")}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </Note>
    );
}
