// What is shown in the list: pages of the register, or what a search finds as it comes.
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import type { Entry, EntryPage } from "../api/types";
import type { Message } from "../words/words";

const kPage = 50;
const kFoundMax = 500;
const kPauseMilliseconds = 150;

/// All that was done by one basis.
export type Case = Pick<Entry, "basis_type" | "basis_number">;

export interface Filter {
    ofCase: Case | null;
    text: string;
    month: string;
    state: string;
    book: string;
    isPulled: boolean;
}

export interface Found {
    entries: readonly Entry[];
    isBusy: boolean;
    failed: Message | null;
    /// Null: there is no more.
    more: (() => void) | null;
    again: () => void;
}

function isOf(one: Case, entry: Entry): boolean {
    return one.basis_type === entry.basis_type && one.basis_number === entry.basis_number;
}

function pathOf(filter: Filter, first: string | null): string {
    const query = new URLSearchParams({ limit: String(kPage) });
    if (first !== null) query.set("first", first);
    if (filter.isPulled) query.set("pulled", "1");
    else {
        query.set("order", "newest");
        if (filter.book !== "") query.set("book", filter.book);
        if (filter.month.trim() !== "") query.set("month", filter.month.trim());
    }
    if (filter.state !== "") query.set("state", filter.state);
    return "/api/v1/entries?" + query.toString();
}

/// One request at a time: a new one stops the one before it.
function useOneAtATime() {
    const [isBusy, setBusy] = useState(false);
    const [failed, setFailed] = useState<Message | null>(null);
    const stop = useRef(new AbortController());
    const run = (work: (signal: AbortSignal) => Promise<void>) => {
        stop.current.abort();
        const own = (stop.current = new AbortController());
        setBusy(true);
        setFailed(null);
        work(own.signal)
            .catch((failure: unknown) => {
                if (!own.signal.aborted) setFailed(messageOf(failure));
            })
            .finally(() => {
                if (stop.current === own) setBusy(false);
            });
    };
    return { isBusy, failed, run };
}

export function useFound(filter: Filter): Found {
    const { client } = useAgent();
    const [entries, setEntries] = useState<readonly Entry[]>([]);
    const [next, setNext] = useState<string | null>(null);
    const [count, setCount] = useState(0);
    const { isBusy, failed, run } = useOneAtATime();
    const page = (first: string | null, before: readonly Entry[]) =>
        run(async signal => {
            const got = await client.get<EntryPage>(pathOf(filter, first), signal);
            setEntries([...before, ...got.entries]);
            setNext(got.next === null ? null : String(got.next));
        });
    const search = (text: string, ofCase: Case | null) =>
        run(async signal => {
            const found: Entry[] = [];
            setEntries([]);
            setNext(null);
            await client.lines(
                "GET",
                "/api/v1/search?text=" + encodeURIComponent(text),
                undefined,
                line => {
                    if (!("entry" in line) || found.length >= kFoundMax) return;
                    const entry = line["entry"] as Entry;
                    if (ofCase !== null && !isOf(ofCase, entry)) return;
                    found.push(entry);
                    setEntries([...found]);
                },
                signal,
            );
        });
    useEffect(() => {
        const text = (filter.ofCase?.basis_number ?? filter.text).trim();
        const timer = setTimeout(
            () => (text === "" ? page(null, []) : search(text, filter.ofCase)),
            text === "" && filter.month === "" ? 0 : kPauseMilliseconds,
        );
        return () => clearTimeout(timer);
    }, [
        client,
        count,
        filter.ofCase,
        filter.text,
        filter.month,
        filter.state,
        filter.book,
        filter.isPulled,
    ]);
    return {
        entries,
        isBusy,
        failed,
        more: next === null || isBusy ? null : () => page(next, entries),
        again: () => setCount(count + 1),
    };
}
