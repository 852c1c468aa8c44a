// What the local API answers (agent/api/README.md), as far as the page reads it.
import type { Message, Value, Values } from "../words/words";

/// A JSON object that came: its members are looked at before they are used.
export type Json = { readonly [name: string]: unknown };

/// The columns of an entry that a person gives.
export const kGiven = [
    "application_date",
    "late_reason",
    "basis_type",
    "basis_number",
    "basis_date",
    "basis_issuer",
    "essence",
    "form",
    "minutes",
    "minor",
    "disclosure",
    "language",
] as const;
export type Given = (typeof kGiven)[number];
/// As a person writes them; the register understands `1:30`, `25.11`, `-1`.
export type Written = { [field in Given]?: string };

export const kBases = [
    "investigator_resolution",
    "inquirer_resolution",
    "investigating_judge_resolution",
    "court_resolution",
    "court_ruling_civil",
    "administrative_offence_resolution",
    "administrative_court_act",
    "application",
    "victim_representative_resolution",
] as const;
export const kForms = [
    "court",
    "criminal_prosecution_bodies",
    "other_state_bodies",
    "non_state_organisations",
    "legal_information",
    "other_legal_acts",
] as const;
export const kStates = [
    "local",
    "unsigned",
    "pending",
    "sent",
    "delivered",
    "quarantined",
] as const;

export interface Signature {
    status: string;
    signer: string;
    iin: string;
    issuer: string;
    serial: string;
    valid_from: string;
    valid_to: string;
    signed_at: string;
}

/// A sentence in English beside its message: `reason`, `reason_message` and the like are read by
/// messageIn().
export interface Entry extends Json {
    number: number | null;
    book: string;
    id: string;
    application_date: string;
    late_reason: string;
    basis_type: string;
    basis_number: string;
    basis_date: string;
    basis_issuer: string;
    essence: string;
    form: string;
    minutes: number;
    minor: boolean;
    disclosure: string;
    language: string;
    state: string;
    void_reason: string;
    recorded_at: string;
    late: boolean;
    delivery: string;
    pulled: boolean;
    in_conflict: boolean;
    versions: number;
    signature: Signature | null;
    would_leave?: Json | null;
}

export interface Change {
    field: string;
    before: string;
    after: string;
}

export interface Version extends Json {
    version: number;
    act: string;
    at: string;
    by: string;
    changes: readonly Change[];
    signature: Signature | null;
}

export interface FieldError extends Json {
    field: string;
    line?: number;
}

export interface Recorded extends Json {
    number: number;
    id: string;
    delivery: string;
    warnings: readonly FieldError[];
}

/// An answer to amend, void, classify, resolve and retry.
export interface Revised extends Entry {
    warnings: readonly FieldError[];
}

export interface Preview {
    would_leave: Json | null;
    understood: { readonly [field: string]: string };
}

export interface EntryPage {
    entries: readonly Entry[];
    next: number | string | null;
}

export interface Book {
    label: string;
    current: boolean;
    entries: number;
}

export interface Books {
    books: readonly Book[];
    pulled: number;
}

export interface SigningTask {
    number: number | null;
    id: string;
    version: number;
    bytes: string;
}

export interface SigningPage {
    tasks: readonly SigningTask[];
    next: number | string | null;
    iin: string;
    own_key_only: boolean;
}

export interface Signed extends Json {
    signature: Signature;
    warnings: readonly Json[];
}

export interface Conflict {
    number: number | null;
    book: string;
    id: string;
    kind: string;
    since: string;
    fields: readonly { field: string; mine: string; theirs: string }[];
}

export interface Status extends Json {
    agent: { version: string; uptimeSeconds: number; book: string | null };
    state: string;
    entries: { readonly [name: string]: number };
    balanceError: number;
    conflicts: number;
    oldestPendingSeconds: number;
    lastVerifiedAt: string | null;
    next: Json | null;
    link: { today: { requests: number; bytesUp: number; bytesDown: number } };
    clock: Json;
    book: Json;
    confinement: { register: readonly string[]; network: readonly string[] };
    backup?: Json;
}

function isValues(json: unknown): json is Values {
    return typeof json === "object" && json !== null && !Array.isArray(json);
}

/// The message of the member `name`: beside it for `message`, `reason`, `why` and `failed`, else in
/// `<name>_message`.
export function messageIn(json: Json | null | undefined, name: string): Message | null {
    const text = json?.[name];
    if (json == null || typeof text !== "string" || text === "") return null;
    const isBeside = name === "message" || name === "reason" || name === "why" || name === "failed";
    const found = isBeside ? json : json[name + "_message"];
    const coded = isValues(found) ? found : {};
    const code = coded["code"];
    const values: Value | undefined = coded["values"];
    return {
        code: typeof code === "string" ? code : "text",
        values: values !== undefined && isValues(values) ? values : {},
        text,
    };
}
