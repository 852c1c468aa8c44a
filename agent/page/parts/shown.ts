// Values of an entry as a person reads them, and which of them leave.
import { kGiven, type Entry, type Json } from "../api/types";
import { day, hours, time, type Say } from "../words/words";

/// In the order of the form; the class is shown by what leaves.
export const kShownFields = kGiven.filter(field => field !== "disclosure");

const kOnTheWire: { readonly [member: string]: string } = {
    applicationDate: "application_date",
    "basis.type": "basis_type",
    "basis.date": "basis_date",
    essence: "essence",
    form: "form",
    minutes: "minutes",
    language: "language",
};

/// What a field is called on the page.
export function labelOf(words: Say, field: string): string {
    return words(field === "minutes" ? "page_field.minutes" : "field." + field);
}

/// A value as text; what was written and can't be read stays as it is.
export function shownValue(words: Say, field: string, value: unknown): string {
    if (value === null || value === undefined || value === "") return "";
    const text = String(value);
    if (field === "basis_type") return words("basis." + text);
    if (field === "form") return words("form." + text);
    if (field === "disclosure") return words("class." + text);
    if (field === "language") return words("language." + text);
    if (field === "state") return words("entry_state." + text);
    if (field === "delivery") return words("state." + text);
    if (field === "minor" || field === "late" || field === "imported" || field === "pulled")
        return words(value === true || text === "yes" || text === "true" ? "page.yes" : "page.no");
    if (field === "minutes") return /^\d+$/.test(text) ? hours(Number(text)) : text;
    if (field.endsWith("_date")) return day(text);
    if (field.endsWith("_at")) return time(text);
    return text;
}

/// The columns whose values are in a document that would leave.
export function leavingFields(document: Json | null | undefined): Set<string> {
    const leaving = new Set<string>();
    const visit = (json: Json, before: string) => {
        for (const [member, value] of Object.entries(json)) {
            const field = kOnTheWire[before + member];
            if (field !== undefined) leaving.add(field);
            else if (typeof value === "object" && value !== null && !Array.isArray(value))
                visit(value as Json, `${before}${member}.`);
        }
    };
    if (document) visit(document, "");
    return leaving;
}

/// № 13, or the beginning of an id for one of another PC.
export function nameOf(words: Say, entry: { number: number | null; id: string }): string {
    return entry.number === null
        ? entry.id.slice(0, 13)
        : words("page.entry", { number: entry.number });
}

/// As the paths of the API name it.
export function pathOf(entry: { id: string }): string {
    return `/api/v1/entries/${encodeURIComponent(entry.id)}`;
}

/// The marks beside an entry in a list: a word and a class of colour.
export function badgesOf(words: Say, entry: Entry): { text: string; kind: string }[] {
    const badges: { text: string; kind: string }[] = [
        { text: words("state." + entry.delivery), kind: entry.delivery },
    ];
    if (entry.state === "void") badges.unshift({ text: words("entry_state.void"), kind: "void" });
    if (entry.in_conflict) badges.push({ text: words("field.in_conflict"), kind: "conflict" });
    if (entry.late) badges.push({ text: words("field.late"), kind: "plain" });
    if (entry.minor) badges.push({ text: words("field.minor"), kind: "plain" });
    if (entry.pulled) badges.push({ text: words("field.pulled"), kind: "plain" });
    return badges;
}
