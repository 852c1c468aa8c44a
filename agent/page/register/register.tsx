// The register: newest first, by pages, with filters and a search that finds as one types; a row
// opens its entry.
import { useEffect, useState } from "preact/hooks";
import { useAsked } from "../api/context";
import { kStates, type Books, type Entry } from "../api/types";
import { Headings, Select, Text, Told } from "../parts/parts";
import { nameOf } from "../parts/shown";
import { useWords } from "../words/context";
import { day, hours, today } from "../words/words";
import { Badges, EntryView } from "./entry_view";
import { useFound, type Case, type Filter } from "./found";
import { isGap, withGaps, type Gap, type Listed } from "./gaps";

const kColumns = 7;

const kAll: Filter = { ofCase: null, text: "", month: "", state: "", book: "", isPulled: false };

function BookFilter({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
    const words = useWords();
    const books = useAsked<Books>("/api/v1/books").answer;
    if (books === null || (books.books.length < 2 && books.pulled === 0)) return null;
    const closed = books.books.filter(book => !book.current);
    const choices = [
        { value: "", label: words("page.book_current") },
        ...closed.map(book => ({ value: book.label, label: book.label })),
    ];
    if (books.pulled > 0)
        choices.push({
            value: "pulled",
            label: words("page.book_pulled", { count: books.pulled }),
        });
    return (
        <Select
            id="book"
            label={words("page.book")}
            value={filter.isPulled ? "pulled" : filter.book}
            change={book => {
                const isPulled = book === "pulled";
                change({ ...filter, isPulled, book: isPulled ? "" : book });
            }}
            choices={choices}
        />
    );
}

function Filters({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
    const words = useWords();
    const isSearch = filter.text.trim() !== "";
    return (
        <div class="filters" role="search">
            <Text
                id="search"
                label={words("page.search")}
                value={filter.text}
                hint={words("page.search_hint")}
                change={text => change({ ...filter, text })}
            />
            {!isSearch && (
                <>
                    <Text
                        id="month"
                        label={words("page.month")}
                        value={filter.month}
                        hint={words("page.month_hint")}
                        change={month => change({ ...filter, month })}
                    />
                    <Select
                        id="state"
                        label={words("page.state")}
                        value={filter.state}
                        change={state => change({ ...filter, state })}
                        choices={[
                            { value: "", label: words("page.all") },
                            ...kStates.map(code => ({
                                value: code,
                                label: words("state." + code),
                            })),
                        ]}
                    />
                    <BookFilter filter={filter} change={change} />
                </>
            )}
        </div>
    );
}

function Row({ entry, open }: { entry: Entry; open: () => void }) {
    const words = useWords();
    return (
        <tr class={entry.state === "void" ? "void" : ""} onClick={open}>
            <th scope="row">
                <button type="button" class="link" onClick={open}>
                    {nameOf(words, entry)}
                </button>
            </th>
            <td class="date" data-label={words("page_field.application_date")}>
                {day(entry.application_date)}
            </td>
            <td data-label={words("page_field.basis_type")}>
                {words("basis." + entry.basis_type)}
                {entry.basis_number && ` № ${entry.basis_number}`}
            </td>
            <td class="essence" data-label={words("page.essence")}>
                {entry.essence}
            </td>
            <td data-label={words("page_field.form")}>{words("form." + entry.form)}</td>
            <td class="number" data-label={words("page_field.minutes")}>
                {hours(entry.minutes)}
            </td>
            <td>
                <Badges entry={entry} />
            </td>
        </tr>
    );
}

function GapRow({ gap }: { gap: Gap }) {
    const words = useWords();
    return (
        <tr class="gap">
            <td colSpan={kColumns}>
                {gap.count === 1
                    ? words("page.day_without", { on: gap.to })
                    : words("page.days_without", { ...gap })}
            </td>
        </tr>
    );
}

function List({ listed, open }: { listed: readonly Listed[]; open: (entry: Entry) => void }) {
    return (
        <table class="entries">
            <thead>
                <tr>
                    <th scope="col">№</th>
                    <Headings
                        codes={[
                            "page_field.application_date",
                            "page_field.basis_type",
                            "page.essence",
                            "page_field.form",
                            "page_field.minutes",
                            "page.state",
                        ]}
                    />
                </tr>
            </thead>
            <tbody>
                {listed.map(one =>
                    isGap(one) ? (
                        <GapRow key={one.to} gap={one} />
                    ) : (
                        <Row key={one.id} entry={one} open={() => open(one)} />
                    ),
                )}
            </tbody>
        </table>
    );
}

function CaseTitle({ of, entries, all }: { of: Case; entries: readonly Entry[]; all: () => void }) {
    const words = useWords();
    const valid = entries.filter(entry => entry.state !== "void");
    const time = hours(valid.reduce((sum, entry) => sum + entry.minutes, 0));
    return (
        <div class="title">
            <h2>
                {words("page.case_title", {
                    basis: words("basis." + of.basis_type),
                    number: of.basis_number,
                })}
            </h2>
            <p>{words("page.sign_total", { count: valid.length, time })}</p>
            <button type="button" onClick={all}>
                {words("page.case_leave")}
            </button>
        </div>
    );
}

function isAll(filter: Filter): boolean {
    return (
        filter.ofCase === null &&
        !filter.isPulled &&
        [filter.text, filter.month, filter.state, filter.book].every(one => one.trim() === "")
    );
}

/// Esc, where no dialog is open.
function useBack(isOn: boolean, back: () => void): void {
    useEffect(() => {
        const press = (event: KeyboardEvent) => {
            if (event.key !== "Escape" || !isOn) return;
            if (document.querySelector("dialog[open]") === null) back();
        };
        addEventListener("keydown", press);
        return () => removeEventListener("keydown", press);
    });
}

export function Register() {
    const words = useWords();
    const [filter, setFilter] = useState(kAll);
    const [opened, setOpened] = useState<string | null>(null);
    const found = useFound(filter);
    const close = () => {
        setOpened(null);
        found.again();
    };
    useBack(opened !== null, close);
    if (opened !== null)
        return (
            <EntryView
                name={{ id: opened }}
                close={close}
                sameCase={({ basis_type, basis_number }) => {
                    setFilter({ ...kAll, ofCase: { basis_type, basis_number } });
                    setOpened(null);
                }}
            />
        );
    return (
        <>
            {filter.ofCase === null ? (
                <>
                    <h2>{words("page_screen.register")}</h2>
                    <Filters filter={filter} change={setFilter} />
                </>
            ) : (
                <CaseTitle of={filter.ofCase} entries={found.entries} all={() => setFilter(kAll)} />
            )}
            <Told message={found.failed} />
            {found.entries.length > 0 && (
                <List
                    listed={isAll(filter) ? withGaps(found.entries, today()) : found.entries}
                    open={entry => setOpened(entry.id)}
                />
            )}
            <p role="status" class="none">
                {found.isBusy
                    ? words("page.looking")
                    : found.entries.length === 0
                      ? words("page.nothing_found")
                      : words("page.shown", { count: found.entries.length })}
            </p>
            {found.more && (
                <p>
                    <button type="button" onClick={found.more}>
                        {words("page.more")}
                    </button>
                </p>
            )}
        </>
    );
}
