// What would leave of an entry that is being written, also while it is not whole.
import { useEffect, useState } from "preact/hooks";
import { useAgent } from "../api/context";
import { Refused, type Client } from "../api/client";
import type { FieldError, Json, Preview, Written } from "../api/types";

const kPauseMilliseconds = 250;

export interface Previewed {
    /// `undefined`: not known yet.
    document: Json | null | undefined;
    understood: { readonly [field: string]: string };
    errors: readonly FieldError[];
}

const kNothing: Previewed = { document: undefined, understood: {}, errors: [] };

/// In place of what is missing or wrong: what leaves depends on none of it.
const kFillers: Written = {
    application_date: "today",
    basis_number: "1",
    basis_date: "today",
    basis_issuer: "1",
    essence: "1",
    form: "court",
    minutes: "1",
    late_reason: "1",
};

/// What was written, without what was left empty.
export function filledOf(values: Written): Written {
    return Object.fromEntries(
        Object.entries(values).filter(([, value]) => value !== ""),
    ) as Written;
}

function understoodIn(json: Json): { readonly [field: string]: string } {
    return (json["understood"] ?? {}) as { readonly [field: string]: string };
}

async function previewOf(client: Client, values: Written, signal: AbortSignal): Promise<Previewed> {
    const ask = (asked: Written) => client.post<Preview>("/api/v1/preview", asked, signal);
    try {
        const { would_leave: document, understood } = await ask(filledOf(values));
        return { document, understood, errors: [] };
    } catch (failure) {
        if (!(failure instanceof Refused) || failure.status !== 422) throw failure;
        const { errors, json } = failure;
        const wrong = Object.fromEntries(errors.map(error => [error.field, ""]));
        const fillers = Object.fromEntries(
            Object.keys(wrong).map(field => [field, kFillers[field as keyof Written] ?? ""]),
        );
        const document = values.basis_type
            ? (await ask(filledOf({ ...values, ...wrong, ...fillers })).catch(() => null))
                  ?.would_leave
            : undefined;
        return { document, understood: understoodIn(json), errors };
    }
}

export function usePreview(values: Written): Previewed {
    const { client } = useAgent();
    const [previewed, setPreviewed] = useState(kNothing);
    useEffect(() => {
        const stop = new AbortController();
        const timer = setTimeout(() => {
            previewOf(client, values, stop.signal).then(setPreviewed, () => undefined);
        }, kPauseMilliseconds);
        return () => {
            clearTimeout(timer);
            stop.abort();
        };
    }, [client, values]);
    return previewed;
}
