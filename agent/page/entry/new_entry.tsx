// The start screen: a new entry, and beside it what of it would leave.
import { useLayoutEffect, useMemo } from "preact/hooks";
import type { Given, Json, Written } from "../api/types";
import { LeavesStays } from "../parts/leaves_stays";
import { Do, Note, Told } from "../parts/parts";
import { Line } from "../parts/said";
import { useWords } from "../words/context";
import { today } from "../words/words";
import type { Screen } from "../screens";
import type { Drafts } from "./drafts";
import { sameCase, useEarlier } from "./earlier";
import { EntryFields, idOf } from "./entry_fields";
import { usePreview } from "./preview";
import { Saved } from "./saved";
import { useDraft, type Writing } from "./use_draft";
import { useSaving, type Saving } from "./use_saving";

/// Today as the register shows it, where nothing was written.
function dated(values: Written): Written {
    return values.application_date ? values : { ...values, application_date: "today" };
}

function isPast(day: string | undefined): boolean {
    return day !== undefined && /^\d{4}-\d\d-\d\d$/.test(day) && day < today();
}

function Outcome({ saving }: { saving: Saving }) {
    const words = useWords();
    if (saving.failed === null || !saving.isRepeated) return <Told message={saving.failed} />;
    return (
        <Note level="act">
            <p>
                <Line of={saving.failed} />
            </p>
            <Do act={() => saving.save(false)}>{words("page.save_all_the_same")}</Do>
        </Note>
    );
}

function Beside({
    document,
    values,
}: {
    document: Json | null | undefined;
    values: { readonly [field: string]: unknown };
}) {
    const words = useWords();
    return (
        <aside aria-label={words("page.what_leaves")}>
            {document === undefined ? (
                <p class="none">{words("page.choose_basis")}</p>
            ) : (
                <LeavesStays document={document} values={values} />
            )}
        </aside>
    );
}

function Title({ writing, repeat }: { writing: Writing; repeat: (() => void) | null }) {
    const words = useWords();
    return (
        <div class="title">
            <h2 id="new-title">{words("page_screen.new")}</h2>
            {repeat && (
                <button type="button" onClick={repeat}>
                    {words("page.again")} <kbd>Ctrl+D</kbd>
                </button>
            )}
            {!writing.isEmpty && (
                <button type="button" onClick={writing.clear}>
                    {words("page.discard")}
                </button>
            )}
        </div>
    );
}

/// Recording, and what follows it.
function useRecording(drafts: Drafts) {
    const earlier = useEarlier();
    const writing = useDraft(drafts);
    const toFirst = () => document.getElementById(idOf("application_date"))?.focus();
    const saving = useSaving(
        () => dated(writing.values()),
        () => drafts.id,
        () => drafts.renew(),
        () => {
            writing.clear();
            earlier.again();
            toFirst();
        },
    );
    const change = (field: Given, value: string) => {
        writing.change(field, value);
        saving.forgive(field);
    };
    const repeat = () => {
        if (earlier.last !== null) writing.begin(sameCase(earlier.last));
        toFirst();
    };
    return { earlier, writing, saving, change, repeat };
}

export function NewEntry({ drafts, go }: { drafts: Drafts; go: (screen: Screen) => void }) {
    const words = useWords();
    const { earlier, writing, saving, change, repeat } = useRecording(drafts);
    const { values, startedAt } = writing.draft;
    const asked = useMemo(() => dated(values), [values]);
    const preview = usePreview(asked);
    useShortcuts(() => void saving.save(true), repeat);
    return (
        <div class="two">
            <form
                class="entry"
                noValidate
                aria-labelledby="new-title"
                onSubmit={event => {
                    event.preventDefault();
                    void saving.save(true);
                }}>
                <Title writing={writing} repeat={earlier.last === null ? null : repeat} />
                {saving.saved && (
                    <Saved
                        saved={saving.saved}
                        go={go}
                        voided={() => {
                            saving.forget();
                            earlier.again();
                        }}
                    />
                )}
                <EntryFields
                    values={values}
                    change={change}
                    errors={saving.errors}
                    withClass
                    understood={preview.understood}
                    completions={earlier.completions}
                    startedAt={startedAt}
                    isLate={isPast(
                        preview.understood["application_date"] ?? values.application_date,
                    )}
                    turnStopwatch={writing.turnStopwatch}
                />
                <Outcome saving={saving} />
                <p class="buttons">
                    <button type="submit" class="primary">
                        {words("page.save")} <kbd>Ctrl+Enter</kbd>
                    </button>
                </p>
            </form>
            <Beside document={preview.document} values={{ ...asked, ...preview.understood }} />
        </div>
    );
}

function useShortcuts(save: () => void, repeat: () => void): void {
    useLayoutEffect(() => {
        const press = (event: KeyboardEvent) => {
            if (!event.ctrlKey && !event.metaKey) return;
            if (document.querySelector("dialog[open]") !== null) return;
            const isSave = event.key === "Enter";
            if (!isSave && event.code !== "KeyD") return;
            event.preventDefault();
            if (isSave) save();
            else repeat();
        };
        addEventListener("keydown", press);
        return () => removeEventListener("keydown", press);
    });
}
