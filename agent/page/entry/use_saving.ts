// Records the entry that is being written, once.
import { useRef, useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import { Refused } from "../api/client";
import type { FieldError, Recorded, Written } from "../api/types";
import type { Message } from "../words/words";
import { isOfAnother } from "./drafts";
import { focusFirst } from "./entry_fields";
import { filledOf } from "./preview";

export interface Saving {
    saved: { recorded: Recorded; at: Date } | null;
    failed: Message | null;
    errors: readonly FieldError[];
    /// It is like one that is there, which is asked once.
    isRepeated: boolean;
    /// `isOnce`: not if there is one like it.
    save: (isOnce: boolean) => Promise<void>;
    /// What was wrong with a field is not any more, as far as is known here.
    forgive: (field: string) => void;
    forget: () => void;
}

const kNothing = { saved: null, failed: null, errors: [], isRepeated: false };

/// `draftId`: by it the same entry is recorded once, also where an answer was lost; `renew` gives
/// what stands here another.
export function useSaving(
    values: () => Written,
    draftId: () => string,
    renew: () => void,
    done: () => void,
): Saving {
    const { client, refresh } = useAgent();
    const [outcome, setOutcome] =
        useState<Pick<Saving, "saved" | "failed" | "errors" | "isRepeated">>(kNothing);
    const isSaving = useRef(false);
    const save = async (isOnce: boolean) => {
        if (isSaving.current) return;
        isSaving.current = true;
        try {
            const path = `/api/v1/entries?draft=${draftId()}${isOnce ? "&once=1" : ""}`;
            const recorded = await client.post<Recorded>(path, filledOf(values()));
            setOutcome({ ...kNothing, saved: { recorded, at: new Date() } });
            done();
            refresh();
        } catch (failure) {
            const errors = failure instanceof Refused ? failure.errors : [];
            if (isOfAnother(failure)) renew();
            const isRepeated = failure instanceof Refused && failure.error === "repeated";
            setOutcome(before => ({
                saved: before.saved,
                failed: messageOf(failure),
                errors,
                isRepeated,
            }));
            requestAnimationFrame(() => focusFirst(errors));
        } finally {
            isSaving.current = false;
        }
    };
    return {
        ...outcome,
        save,
        forgive: field =>
            setOutcome(before => ({
                saved: before.saved,
                failed: null,
                isRepeated: false,
                errors: before.errors.filter(error => error.field !== field),
            })),
        forget: () => setOutcome(kNothing),
    };
}
