// The fields of an entry in the order of the official form, for a new one and for an amendment.
import { kBases, kForms, type FieldError, type Given, type Written } from "../api/types";
import { messageIn } from "../api/types";
import { Field, Select, Text, type Choice } from "../parts/parts";
import { shownValue } from "../parts/shown";
import { useSpoken, useWords } from "../words/context";
import { Stopwatch } from "./stopwatch";

export interface Completions {
    issuers: readonly string[];
    numbers: readonly string[];
    essences: readonly string[];
}

export interface EntryFieldsProps {
    values: Written;
    change: (field: Given, value: string) => void;
    errors: readonly FieldError[];
    understood: { readonly [field: string]: string };
    completions: Completions;
    isLate: boolean;
    startedAt: number | null;
    turnStopwatch: (startedAt: number | null) => void;
    /// The class is chosen at recording; later by an act of its own.
    withClass: boolean;
}

/// The element of a field, for the focus.
export function idOf(field: string): string {
    return "f-" + field;
}

/// The first of the fields that are wrong, in the order in which they stand.
export function focusFirst(errors: readonly FieldError[]): void {
    const wrong = errors
        .map(error => document.getElementById(idOf(error.field)))
        .filter(found => found !== null);
    wrong.sort((a, b) =>
        a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
    );
    wrong[0]?.focus();
}

export function useErrorOf(errors: readonly FieldError[]): (field: string) => string | undefined {
    const { told } = useSpoken();
    return field => {
        const said = errors
            .filter(error => error.field === field)
            .map(error => messageIn(error, "message"))
            .filter(message => message !== null);
        return said.length === 0 ? undefined : said.map(told).join("; ");
    };
}

function Essence({
    value,
    change,
    error,
    essences,
}: {
    value: string;
    change: (value: string) => void;
    error: string | undefined;
    essences: readonly string[];
}) {
    const words = useWords();
    const begun = value.trim().toLocaleLowerCase();
    const like =
        begun.length < 2
            ? []
            : essences
                  .filter(one => {
                      const folded = one.toLocaleLowerCase();
                      return folded.startsWith(begun) && folded !== begun;
                  })
                  .slice(0, 3);
    return (
        <div class="wide">
            <Field id={idOf("essence")} label={words("page.essence")} error={error} wide>
                {described => (
                    <textarea
                        {...described}
                        rows={3}
                        value={value}
                        spellcheck={false}
                        autocomplete="off"
                        onInput={event => change(event.currentTarget.value)}
                    />
                )}
            </Field>
            {like.length > 0 && (
                <ul class="like" aria-label={words("page.as_before")}>
                    {like.map(one => (
                        <li key={one}>
                            <button
                                type="button"
                                class="link"
                                onClick={() => {
                                    change(one);
                                    document.getElementById(idOf("essence"))?.focus();
                                }}>
                                {one}
                            </button>
                        </li>
                    ))}
                </ul>
            )}
        </div>
    );
}

function Legend({ column, code }: { column: number; code: string }) {
    const words = useWords();
    return (
        <legend>
            <span class="column">{column}</span>
            {words(code)}
        </legend>
    );
}

function OneText({
    field,
    of: { values, change, understood },
    error,
    hint,
    list,
}: {
    field: Given;
    of: EntryFieldsProps;
    error: string | undefined;
    hint?: string;
    list?: readonly string[];
}) {
    const words = useWords();
    return (
        <Text
            id={idOf(field)}
            label={words("page_field." + field)}
            value={values[field] ?? ""}
            hint={hint}
            error={error}
            list={list ?? []}
            understood={understood[field] && shownValue(words, field, understood[field])}
            change={value => change(field, value)}
        />
    );
}

/// Codes with their numbers, so that a number typed chooses one.
function OneCode({
    field,
    value,
    choices,
    change,
    error,
}: {
    field: Given;
    value: string;
    choices: readonly Choice[];
    change: (value: string) => void;
    error: string | undefined;
}) {
    const words = useWords();
    const numbered = choices.map((one, at) => ({ ...one, label: `${at + 1} · ${one.label}` }));
    return (
        <Select
            id={idOf(field)}
            label={words("page_field." + field)}
            value={value}
            wide
            error={error}
            change={change}
            choices={[{ value: "", label: words("page.choose") }, ...numbered]}
        />
    );
}

export function EntryFields(props: EntryFieldsProps) {
    const { values, change, completions } = props;
    const words = useWords();
    const errorOf = useErrorOf(props.errors);
    const text = (field: Given, more: { hint?: string; list?: readonly string[] } = {}) => (
        <OneText field={field} of={props} error={errorOf(field)} {...more} />
    );
    const coded = (field: "basis_type" | "form", family: string, codes: readonly string[]) => (
        <OneCode
            field={field}
            value={values[field] ?? ""}
            error={errorOf(field)}
            change={value => change(field, value)}
            choices={codes.map(code => ({ value: code, label: words(family + code) }))}
        />
    );
    const needsReason =
        props.isLate || (values.late_reason ?? "") !== "" || errorOf("late_reason") !== undefined;
    return (
        <>
            <fieldset>
                <Legend column={2} code="page.column_application" />
                {text("application_date", props.withClass ? { hint: words("page.date_hint") } : {})}
                {needsReason && text("late_reason")}
            </fieldset>
            <fieldset>
                <Legend column={3} code="page.column_basis" />
                {coded("basis_type", "basis.", kBases)}
                {text("basis_number", { list: completions.numbers })}
                {text("basis_date")}
                {text("basis_issuer", { list: completions.issuers })}
            </fieldset>
            <fieldset>
                <Legend column={4} code="page.column_essence" />
                <Essence
                    value={values.essence ?? ""}
                    error={errorOf("essence")}
                    essences={completions.essences}
                    change={value => change("essence", value)}
                />
            </fieldset>
            <fieldset>
                <Legend column={5} code="page.column_form" />
                {coded("form", "form.", kForms)}
            </fieldset>
            <fieldset>
                <Legend column={6} code="page.column_time" />
                {text("minutes", { hint: words("page.minutes_hint") })}
                {props.withClass && (
                    <Stopwatch
                        startedAt={props.startedAt}
                        turn={props.turnStopwatch}
                        take={minutes => change("minutes", String(minutes))}
                    />
                )}
            </fieldset>
            <Besides {...props} />
        </>
    );
}

function Besides({ values, change, errors, withClass }: EntryFieldsProps) {
    const words = useWords();
    const errorOf = useErrorOf(errors);
    return (
        <fieldset>
            <legend>{words("page.besides")}</legend>
            <label class="check wide">
                <input
                    id={idOf("minor")}
                    type="checkbox"
                    checked={values.minor === "yes"}
                    onChange={event => change("minor", event.currentTarget.checked ? "yes" : "no")}
                />
                {words("page.minor")}
            </label>
            {withClass && (
                <Select
                    id={idOf("disclosure")}
                    label={words("page_field.disclosure")}
                    error={errorOf("disclosure")}
                    value={values.disclosure ?? ""}
                    change={value => change("disclosure", value)}
                    choices={[
                        { value: "", label: words("page.class_by_policy") },
                        ...["local", "partial", "full"].map(code => ({
                            value: code,
                            label: words("class." + code),
                        })),
                    ]}
                />
            )}
            <Select
                id={idOf("language")}
                label={words("page_field.language")}
                error={errorOf("language")}
                value={values.language ?? ""}
                change={value => change("language", value)}
                choices={[
                    { value: "", label: words("page.language_of_register") },
                    ...["kk", "ru"].map(code => ({
                        value: code,
                        label: words("language." + code),
                    })),
                ]}
            />
        </fieldset>
    );
}
