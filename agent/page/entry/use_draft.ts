// The entry that is being written: what changes it, and what it brings along by itself.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Given, Written } from "../api/types";
import type { Draft, Drafts } from "./drafts";

const kNew: Draft = { values: { application_date: "" }, startedAt: null };

/// The form of assistance that usually goes with a basis.
const kUsualForms: { readonly [basis: string]: string } = {
    investigator_resolution: "criminal_prosecution_bodies",
    inquirer_resolution: "criminal_prosecution_bodies",
    investigating_judge_resolution: "court",
    court_resolution: "court",
    court_ruling_civil: "court",
    administrative_offence_resolution: "court",
    administrative_court_act: "court",
    application: "legal_information",
    victim_representative_resolution: "criminal_prosecution_bodies",
};

export interface Writing {
    draft: Draft;
    /// As it stands now, also between two renderings.
    values: () => Written;
    change: (field: Given, value: string) => void;
    turnStopwatch: (startedAt: number | null) => void;
    begin: (values: Written) => void;
    /// Recorded or thrown away.
    clear: () => void;
    isEmpty: boolean;
}

export function useDraft(drafts: Drafts): Writing {
    const [draft, setDraft] = useState(kNew);
    const current = useRef(draft);
    const isFormChosen = useRef(false);
    const show = (next: Draft) => {
        current.current = next;
        setDraft(next);
    };
    const put = (changed: Partial<Draft>) => {
        show({ ...current.current, ...changed });
        drafts.keep(current.current);
    };
    useEffect(() => {
        // The head says when nothing answers; what is typed is kept as soon as something does.
        drafts.load().then(
            kept => {
                if (kept !== null) show(kept);
            },
            () => undefined,
        );
    }, [drafts]);
    const change = (field: Given, value: string) => {
        const next = { ...current.current.values, [field]: value };
        if (field === "form") isFormChosen.current = value !== "";
        if (field === "basis_type" && !isFormChosen.current) next.form = kUsualForms[value] ?? "";
        put({ values: next });
    };
    const begin = (values: Written) => {
        isFormChosen.current = false;
        put({ values });
    };
    const clear = () => {
        isFormChosen.current = false;
        show(kNew);
        drafts.drop();
    };
    return {
        draft,
        change,
        begin,
        clear,
        values: () => current.current.values,
        turnStopwatch: startedAt => put({ startedAt }),
        isEmpty: Object.values(draft.values).every(value => value === "" || value === "no"),
    };
}
