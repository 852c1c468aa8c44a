// The start screen: a new entry, and beside it what of it would leave.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import { Refused } from "../api/client";
import type { FieldError, Given, Recorded, Written } from "../api/types";
import { LeavesStays } from "../parts/leaves_stays";
import { Do, Note, Told } from "../parts/parts";
import { useSpoken } from "../words/context";
import type { Message } from "../words/words";
import type { Screen } from "../screens";
import type { Draft, Drafts } from "./drafts";
import { sameCase, useEarlier } from "./earlier";
import { EntryFields, focusFirst, idOf } from "./entry_fields";
import { filledOf, usePreview } from "./preview";
import { Saved } from "./saved";

/// The form of assistance that usually goes with a basis.
const kUsualForms: { readonly [basis: string]: string } = {
    investigator_resolution: "criminal_prosecution_bodies", inquirer_resolution: "criminal_prosecution_bodies",
    investigating_judge_resolution: "court", court_resolution: "court", court_ruling_civil: "court",
    administrative_offence_resolution: "court", administrative_court_act: "court", application: "legal_information",
    victim_representative_resolution: "criminal_prosecution_bodies",
};

const kEmpty: Written = { application_date: "" };
const kNewDraft: Draft = { values: kEmpty, startedAt: null };

/// Today as the register shows it, where nothing was written.
function dated(values: Written): Written {
    return values.application_date ? values : { ...values, application_date: "today" };
}

function isPast(day: string | undefined): boolean {
    const now = new Date();
    const today = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
    return day !== undefined && /^\d{4}-\d\d-\d\d$/.test(day) && day < today;
}

interface Trouble {
    message: Message | null;
    errors: readonly FieldError[];
    /// It is like one that is there: asked once.
    isRepeated: boolean;
}

const kNoTrouble: Trouble = { message: null, errors: [], isRepeated: false };

export function NewEntry({ drafts, go }: { drafts: Drafts; go: (screen: Screen) => void }) {
    const { words, told } = useSpoken();
    const { client, refresh } = useAgent();
    const earlier = useEarlier();
    const [draft, setDraft] = useState<Draft>(kNewDraft);
    // As it stands now, also between two renderings.
    const current = useRef(draft);
    const { values, startedAt } = draft;
    const [saved, setSaved] = useState<{ recorded: Recorded; at: Date } | null>(null);
    const [trouble, setTrouble] = useState(kNoTrouble);
    const isSaving = useRef(false);
    const isFormChosen = useRef(false);
    const preview = usePreview(dated(values));

    const put = (changed: Partial<Draft>) => {
        current.current = { ...current.current, ...changed };
        setDraft(current.current);
        drafts.keep(current.current);
    };
    useEffect(() => {
        // The head says when nothing answers; then what is typed is kept as soon as it does.
        drafts.load().then(kept => { if (kept !== null) put(kept); }, () => undefined);
    }, [drafts]);

    const change = (field: Given, value: string) => {
        const next = { ...current.current.values, [field]: value };
        if (field === "form") isFormChosen.current = value !== "";
        if (field === "basis_type" && !isFormChosen.current) next.form = kUsualForms[value] ?? "";
        setTrouble(before => ({ ...kNoTrouble, errors: before.errors.filter(error => error.field !== field) }));
        put({ values: next });
    };
    const begin = (next: Written) => {
        isFormChosen.current = false;
        put({ values: next });
        setTrouble(kNoTrouble);
        document.getElementById(idOf("application_date"))?.focus();
    };
    const repeat = () => { if (earlier.last !== null) begin(sameCase(earlier.last)); };
    const save = async (isOnce: boolean) => {
        if (isSaving.current) return;
        isSaving.current = true;
        try {
            const path = `/api/v1/entries?draft=${encodeURIComponent(drafts.id)}${isOnce ? "&once=1" : ""}`;
            const recorded = await client.post<Recorded>(path, filledOf(dated(current.current.values)));
            setSaved({ recorded, at: new Date() });
            put({ startedAt: null });
            begin(kEmpty);
            drafts.drop(true);
            earlier.again();
            refresh();
        } catch (failure) {
            const errors = failure instanceof Refused ? failure.errors : [];
            const isRepeated = failure instanceof Refused && failure.error === "repeated";
            setTrouble({ message: messageOf(failure), errors, isRepeated });
            requestAnimationFrame(() => focusFirst(errors));
        } finally {
            isSaving.current = false;
        }
    };
    useShortcuts(() => void save(true), repeat);
    const isEmpty = Object.values(values).every(value => value === "" || value === "no");
    return (
        <div class="two">
            <form class="entry" noValidate aria-labelledby="new-title" onSubmit={event => {
                event.preventDefault();
                void save(true);
            }}>
                <div class="title">
                    <h2 id="new-title">{words("page_screen.new")}</h2>
                    {earlier.last !== null &&
                        <button type="button" onClick={repeat}>{words("page.again")} <kbd>Ctrl+D</kbd></button>}
                    {!isEmpty && <button type="button" onClick={() => {
                        begin(kEmpty);
                        drafts.drop();
                    }}>{words("page.discard")}</button>}
                </div>
                {saved && <Saved saved={saved} voided={() => {
                    setSaved(null);
                    earlier.again();
                }} go={go} />}
                <EntryFields values={values} change={change} errors={trouble.errors} understood={preview.understood}
                    completions={earlier.completions} startedAt={startedAt} withClass
                    isLate={isPast(preview.understood["application_date"] ?? values.application_date)}
                    turnStopwatch={at => put({ startedAt: at })} />
                {trouble.isRepeated && trouble.message ? (
                    <Note level="act">
                        <p>{told(trouble.message)}</p>
                        <Do act={() => save(false)}>{words("page.save_all_the_same")}</Do>
                    </Note>
                ) : <Told message={trouble.message} />}
                <div class="buttons">
                    <button type="submit" class="primary">{words("page.save")} <kbd>Ctrl+Enter</kbd></button>
                </div>
            </form>
            <aside aria-label={words("page.what_leaves")}>
                {preview.document === undefined
                    ? <p class="none">{words("page.choose_basis")}</p>
                    : <LeavesStays document={preview.document} values={{ ...dated(values), ...preview.understood }} />}
            </aside>
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
