// What the page reads of the local API's answers. Their shapes are those of agent/api/description,
// from which the build makes `described`.
import type { BasisType, DeliveryState, EntryInput, Form } from "described";
import type { Message, Value, Values } from "../words/words";

export type {
    Backups,
    Books,
    Conflict,
    Conflicts,
    Drafts,
    Entry,
    EntryPage,
    FieldError,
    NewRegister,
    Preview,
    QuarantinePage,
    Recorded,
    RefusedEntry,
    Revised,
    Session,
    Setup,
    ShownEntry,
    Side,
    Signature,
    Signed,
    SigningPage,
    SigningTask,
    Status,
    Version,
    Versions,
} from "described";

/// A JSON object that came: its members are looked at before they are used.
export type Json = { readonly [name: string]: unknown };

/// The columns of an entry that a person gives.
export type Given = keyof EntryInput;
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
] as const satisfies readonly Given[];
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
] as const satisfies readonly BasisType[];
export const kForms = [
    "court",
    "criminal_prosecution_bodies",
    "other_state_bodies",
    "non_state_organisations",
    "legal_information",
    "other_legal_acts",
] as const satisfies readonly Form[];
export const kStates = [
    "local",
    "unsigned",
    "pending",
    "sent",
    "delivered",
    "quarantined",
] as const satisfies readonly DeliveryState[];

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
