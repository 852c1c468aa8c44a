// Puts messages into words, as agent/texts/words.h does for the programs.

export type Language = "kk" | "ru" | "en";
export const kLanguages: readonly Language[] = ["kk", "ru", "en"];

/// What a person is to be told: which sentence, and what it names. `text` is English, for a code
/// without words here.
export interface Message {
    code: string;
    values?: Values;
    text?: string;
}
export type Value = string | number | boolean | null | Message | readonly Value[];
export type Values = { readonly [name: string]: Value };

/// A sentence; or the English names of its placeholders, and the forms that a number takes.
type Sentence = string | readonly string[];
export type Catalogue = { readonly [code: string]: Sentence };

declare const WORDS_FILES: Readonly<Record<Language, string>>;
const kLanguageKept = "tizilim.language";

function isLanguage(code: string | null | undefined): code is Language {
    return code === "kk" || code === "ru" || code === "en";
}

/// The one that was chosen here, else the browser's, else Russian.
export function firstLanguage(): Language {
    const kept = localStorage.getItem(kLanguageKept);
    if (isLanguage(kept)) return kept;
    const asked = navigator.languages.map(code => code.slice(0, 2)).find(isLanguage);
    return asked ?? "ru";
}

export function keepLanguage(language: Language): void {
    localStorage.setItem(kLanguageKept, language);
}

export async function catalogueOf(language: Language): Promise<Catalogue> {
    const answer = await fetch(WORDS_FILES[language]);
    return (await answer.json()) as Catalogue;
}

/// The form that a number takes: the rules in the headers of the catalogues.
function pluralForm(language: Language, number: number): number {
    const n = Math.abs(number);
    if (language === "kk") return 0;
    if (language === "en") return n === 1 ? 0 : 1;
    const tens = n % 100;
    if (n % 10 === 1 && tens !== 11) return 0;
    return n % 10 >= 2 && n % 10 <= 4 && (tens < 12 || tens > 14) ? 1 : 2;
}

function isMessage(value: Value): value is Message {
    return typeof value === "object" && value !== null && "code" in value;
}

/// 2026-11-29 as 29.11.2026; what is no day stays.
export function day(iso: string): string {
    const found = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso);
    return found ? `${found[3]}.${found[2]}.${found[1]}` : iso;
}

/// RFC 3339 at its own offset, as 29.11.2026 01:24.
export function time(rfc3339: string, toSecond = false): string {
    return /T\d\d:\d\d/.test(rfc3339)
        ? `${day(rfc3339)} ${rfc3339.slice(11, toSecond ? 19 : 16)}`
        : rfc3339;
}

/// The day here, as 2026-11-29.
export function today(): string {
    const now = new Date();
    const two = (number: number) => String(number).padStart(2, "0");
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/// 90 as 1:30.
export function hours(minutes: number): string {
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

export class Words {
    constructor(
        readonly language: Language,
        private readonly catalogue: Catalogue,
    ) {}

    /// The sentence of `code`, filled with `values`.
    say(code: string, values: Values = {}, text?: string): string {
        const found = this.catalogue[code];
        if (found === undefined)
            return text ?? (typeof values["text"] === "string" ? values["text"] : code);
        if (typeof found === "string") return this.filled(found, values);
        const counted = (found[0] ?? "")
            .split(" ")
            .map(name => values[name])
            .find(value => typeof value === "number");
        const form = pluralForm(this.language, typeof counted === "number" ? counted : 0);
        return this.filled(found[form + 1] ?? "", values);
    }

    /// What names a command that the page has a button for has a sentence of its own here.
    of(message: Message): string {
        const instead = "page_instead." + message.code.replaceAll(".", "_");
        const isSayable = this.has(instead) && this.isSayable(Object.values(message.values ?? {}));
        return this.say(isSayable ? instead : message.code, message.values, message.text);
    }

    /// In English the daemon says what it says, as a whole: there may be no words for a part of it.
    private isSayable(values: readonly Value[]): boolean {
        return values.every(value => {
            if (Array.isArray(value)) return this.isSayable(value as readonly Value[]);
            if (value === null || typeof value !== "object" || !isMessage(value)) return true;
            const inside = value.values ?? {};
            const isKnown = this.has(value.code) || typeof inside["text"] === "string";
            return isKnown && this.isSayable(Object.values(inside));
        });
    }

    has(code: string): boolean {
        return this.catalogue[code] !== undefined;
    }

    private filled(sentence: string, values: Values): string {
        return sentence.replace(
            /\{([a-z_]+)(?::([a-z_]+))?\}/g,
            (whole, name: string, kind: string | undefined) => {
                const value = values[name];
                return value === undefined ? whole : this.shown(value, kind ?? "");
            },
        );
    }

    private shown(value: Value, kind: string): string {
        if (Array.isArray(value))
            return value
                .map((item: Value) => this.shown(item, kind === "lines" ? "" : kind))
                .join(kind === "lines" ? "\n" : ", ");
        if (typeof value !== "string") return isMessage(value) ? this.of(value) : String(value);
        if (kind === "time" || kind === "second") return time(value, kind === "second");
        if (kind === "date") return day(value);
        return kind === "" ? value : this.say(kind + "." + value, {}, value);
    }
}

/// `words("page.save")`, `words("page.recorded", { number: 13 })`
export type Say = (code: string, values?: Values) => string;
