// Two columns: what of an entry leaves, and what stays here.
import type { Json } from "../api/types";
import { useWords } from "../words/context";
import { capital } from "./said";
import { kShownFields, labelOf, leavingFields, shownValue } from "./shown";

function Side({
    title,
    kind,
    fields,
    values,
    none,
}: {
    title: string;
    kind: string;
    fields: readonly string[];
    values: { readonly [field: string]: unknown };
    none: string;
}) {
    const words = useWords();
    return (
        <section class={`side ${kind}`}>
            <h3>{title}</h3>
            {fields.length === 0 ? (
                <p class="none">{none}</p>
            ) : (
                <dl>
                    {fields.map(field => (
                        <div key={field}>
                            <dt>{capital(labelOf(words, field))}</dt>
                            <dd>{shownValue(words, field, values[field])}</dd>
                        </div>
                    ))}
                </dl>
            )}
        </section>
    );
}

/// `document` is what the network would see: null where nothing leaves.
export function LeavesStays({
    document,
    values,
}: {
    document: Json | null;
    values: { readonly [field: string]: unknown };
}) {
    const words = useWords();
    const leaving = leavingFields(document);
    const filled = kShownFields.filter(
        field =>
            values[field] !== undefined &&
            values[field] !== "" &&
            values[field] !== false &&
            values[field] !== "no",
    );
    return (
        <div class="leaves-stays">
            <Side
                title={words("page.leaves")}
                kind="leaves"
                values={values}
                none={words("page.nothing_leaves")}
                fields={filled.filter(field => leaving.has(field))}
            />
            <Side
                title={words("page.stays")}
                kind="stays"
                values={values}
                none={words("page.nothing_stays")}
                fields={filled.filter(field => !leaving.has(field))}
            />
            {document !== null && (
                <details>
                    <summary>{words("page.exact_document")}</summary>
                    <pre tabIndex={0} aria-label={words("page.exact_document")}>
                        {JSON.stringify(document, null, 1)}
                    </pre>
                </details>
            )}
        </div>
    );
}
