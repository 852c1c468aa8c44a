// Earlier entries: what completes a new one. Kept while the page is open, and sent nowhere.
import { useEffect, useState } from "preact/hooks";
import { useAgent } from "../api/context";
import type { Entry, EntryPage, Written } from "../api/types";
import type { Completions } from "./entry_fields";

const kEntriesRead = 200;

function distinct(texts: readonly string[]): string[] {
    return [...new Set(texts.filter(text => text !== ""))];
}

export interface Earlier {
    completions: Completions;
    /// The last that was recorded here.
    last: Entry | null;
    again: () => void;
}

export function useEarlier(): Earlier {
    const { client } = useAgent();
    const [entries, setEntries] = useState<readonly Entry[]>([]);
    const [count, setCount] = useState(0);
    useEffect(() => {
        const stop = new AbortController();
        client
            .get<EntryPage>(`/api/v1/entries?order=newest&limit=${kEntriesRead}`, stop.signal)
            .then(
                page => setEntries(page.entries),
                () => undefined,
            );
        return () => stop.abort();
    }, [client, count]);
    return {
        completions: {
            issuers: distinct(entries.map(entry => entry.basis_issuer)),
            numbers: distinct(entries.map(entry => entry.basis_number)),
            essences: distinct(entries.map(entry => entry.essence)),
        },
        last: entries.find(entry => entry.state !== "void") ?? null,
        again: () => setCount(before => before + 1),
    };
}

/// A new entry of the same case: all but the day, the time and what is decided anew.
export function sameCase(entry: Entry): Written {
    const { basis_type, basis_number, basis_date, basis_issuer, essence, form, language } = entry;
    return {
        application_date: "",
        basis_type,
        basis_number,
        basis_date,
        basis_issuer,
        essence,
        form,
        language,
        minor: entry.minor ? "yes" : "",
    };
}
