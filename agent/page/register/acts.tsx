// What may be done to an entry: amend, void, classify. A reason is asked each time; what withdraws
// an entry for good asks for its number to be typed.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import { Refused } from "../api/client";
import {
    kGiven,
    type Entry,
    type FieldError,
    type Given,
    type Revised,
    type Written,
} from "../api/types";
import { EntryFields, focusFirst } from "../entry/entry_fields";
import { useEarlier } from "../entry/earlier";
import { Dialog, Form, Note, Select, Text, Told } from "../parts/parts";
import { Line } from "../parts/said";
import { nameOf, pathOf } from "../parts/shown";
import { useWords } from "../words/context";
import { day, hours, type Message } from "../words/words";
import { Meanwhile, useSeen } from "./meanwhile";

/// What was just recorded says nothing of its versions.
type Named = { number: number | null; id: string; versions?: number };

interface ActProps<Of extends Named> {
    entry: Of;
    close: () => void;
    done: (revised: Revised) => void;
}

function Reason({
    value,
    change,
    error,
}: {
    value: string;
    change: (value: string) => void;
    error: string | undefined;
}) {
    const words = useWords();
    return (
        <Text
            id="reason"
            label={words("page.reason")}
            value={value}
            change={change}
            error={error}
            wide
        />
    );
}

/// What is missing before an act can be asked for; focus goes there.
function useReason(): [string, (value: string) => void, string | undefined, () => boolean] {
    const words = useWords();
    const [reason, setReason] = useState("");
    const [isMissing, setMissing] = useState(false);
    const check = () => {
        const isEmpty = reason.trim() === "";
        setMissing(isEmpty);
        if (isEmpty) document.getElementById("reason")?.focus();
        return !isEmpty;
    };
    return [reason, setReason, isMissing ? words("page.reason_missing") : undefined, check];
}

export function VoidDialog({ entry, close, done }: ActProps<Named>) {
    const words = useWords();
    const { client } = useAgent();
    const [reason, setReason, error, isGiven] = useReason();
    const [failed, setFailed] = useState<Message | null>(null);
    const seen = useSeen(entry);
    const send = async () => {
        if (!isGiven()) return;
        await client
            .post<Revised>(pathOf(entry) + "/void", { reason, version: seen.version })
            .then(done, (failure: unknown) =>
                setFailed(seen.look(failure) === null ? messageOf(failure) : null),
            );
    };
    return (
        <Dialog title={words("page.void_title", { entry: nameOf(words, entry) })} close={close}>
            <p>{words("page.void_explained")}</p>
            <Form send={send} label={words("page.void")} danger cancel={close}>
                <Reason value={reason} change={setReason} error={error} />
                {seen.now && (
                    <Meanwhile heading="page.as_you_saw_it" before={{ ...entry }} now={seen.now} />
                )}
                <Told message={failed} />
            </Form>
        </Dialog>
    );
}

/// The number of an entry, or the beginning of its id, typed again by who means it.
function useTyped(entry: Named): { isRight: boolean; field: preact.JSX.Element } {
    const words = useWords();
    const [typed, setTyped] = useState("");
    const wanted = entry.number === null ? entry.id.slice(0, 8) : String(entry.number);
    return {
        isRight: typed.trim().replace(/^№\s*/, "") === wanted,
        field: (
            <Text
                id="typed"
                label={words("page.type_to_withdraw", { text: wanted })}
                value={typed}
                mono
                change={setTyped}
            />
        ),
    };
}

export function ClassifyDialog({ entry, close, done }: ActProps<Entry>) {
    const words = useWords();
    const { client } = useAgent();
    const [disclosure, setDisclosure] = useState<string>(entry.disclosure);
    const [reason, setReason, error, isGiven] = useReason();
    const [failed, setFailed] = useState<Message | null>(null);
    const typed = useTyped(entry);
    const isWithdrawal = disclosure === "withdrawn";
    const seen = useSeen(entry);
    const send = async () => {
        if (!isGiven()) return;
        if (isWithdrawal && !typed.isRight) return setFailed({ code: "page.typed_wrong" });
        await client
            .post<Revised>(pathOf(entry) + "/classify", {
                disclosure,
                reason,
                version: seen.version,
            })
            .then(done, (failure: unknown) =>
                setFailed(seen.look(failure) === null ? messageOf(failure) : null),
            );
    };
    return (
        <Dialog title={words("page.classify_title", { entry: nameOf(words, entry) })} close={close}>
            <Form send={send} label={words("page.apply")} danger={isWithdrawal} cancel={close}>
                <Select
                    id="class"
                    label={words("page_field.disclosure")}
                    value={disclosure}
                    change={setDisclosure}
                    wide
                    hint={words("page_class." + disclosure)}
                    choices={["local", "partial", "full", "withdrawn"].map(code => ({
                        value: code,
                        label: words("class." + code),
                    }))}
                />
                <Reason value={reason} change={setReason} error={error} />
                {isWithdrawal && typed.field}
                {seen.now && (
                    <Meanwhile heading="page.as_you_saw_it" before={entry} now={seen.now} />
                )}
                <Told message={failed} />
            </Form>
        </Dialog>
    );
}

function writtenOf(entry: Entry): Written {
    const written: Written = {};
    for (const field of kGiven) {
        const value = entry[field];
        const text = String(value ?? "");
        if (field === "minor") written[field] = entry.minor ? "yes" : "no";
        else if (field === "minutes") written[field] = hours(entry.minutes);
        else written[field] = field.endsWith("_date") ? day(text) : text;
    }
    return written;
}

/// Only what was changed; an emptied field is null.
function changedOf(before: Written, after: Written): { [field: string]: string | null } {
    const changed: { [field: string]: string | null } = {};
    for (const field of kGiven)
        if (after[field] !== before[field])
            changed[field] = after[field] === "" ? null : (after[field] ?? null);
    return changed;
}

/// What was written here on top of what the entry became: fields that were left alone follow it.
function onTop(before: Written, mine: Written, now: Written): Written {
    const merged: Written = {};
    for (const field of kGiven)
        merged[field] = (mine[field] === before[field] ? now[field] : mine[field]) ?? "";
    return merged;
}

function Agree({ to, children }: { to: Message; children: ComponentChildren }) {
    return (
        <Note level="act">
            <p>
                <Line of={to} />
            </p>
            {children}
        </Note>
    );
}

/// The fields of an amendment, which go on from what the entry became meanwhile.
function useAmended(entry: Entry) {
    const [before, setBefore] = useState(() => writtenOf(entry));
    const [values, setValues] = useState(before);
    const [mine, setMine] = useState<Written>({});
    const seen = useSeen(entry);
    /// False: that is not why it failed.
    const goOn = (failure: unknown): boolean => {
        const now = seen.look(failure);
        if (now === null) return false;
        setMine(values);
        setValues(onTop(before, values, writtenOf(now)));
        setBefore(writtenOf(now));
        return true;
    };
    const change = (field: Given, value: string) => setValues({ ...values, [field]: value });
    return { values, change, changed: changedOf(before, values), mine, seen, goOn };
}

export function Amend({ entry, close, done }: ActProps<Entry>) {
    const words = useWords();
    const { client } = useAgent();
    const earlier = useEarlier();
    const { values, changed, mine, seen, goOn, ...amended } = useAmended(entry);
    const [reason, setReason, error, isGiven] = useReason();
    const [errors, setErrors] = useState<readonly FieldError[]>([]);
    const [failed, setFailed] = useState<Message | null>(null);
    const [withdraws, setWithdraws] = useState<Message | null>(null);
    const typed = useTyped(entry);
    const change = (field: Given, value: string) => {
        setErrors(errors.filter(one => one.field !== field));
        amended.change(field, value);
    };
    const refused = (failure: unknown) => {
        if (failure instanceof Refused && failure.error === "withdraws")
            return setWithdraws(failure.said);
        // Whoever agreed agreed to a withdrawal of what was there.
        if (goOn(failure)) return setWithdraws(null);
        const found = failure instanceof Refused ? failure.errors : [];
        setErrors(found);
        setFailed(messageOf(failure));
        requestAnimationFrame(() => focusFirst(found));
    };
    const send = async () => {
        setFailed(null);
        if (!isGiven()) return;
        if (withdraws !== null && !typed.isRight) return setFailed({ code: "page.typed_wrong" });
        const path = pathOf(entry) + (withdraws === null ? "/amend" : "/amend?withdraw=1");
        await client
            .post<Revised>(path, { fields: changed, reason, version: seen.version })
            .then(done, refused);
    };
    return (
        <section class="entry" aria-labelledby="amend-title">
            <h3 id="amend-title">{words("page.amend_title", { entry: nameOf(words, entry) })}</h3>
            <Form send={send} label={words("page.amend_save")} cancel={close}>
                <EntryFields
                    values={values}
                    change={change}
                    errors={errors}
                    understood={{}}
                    isLate={entry.late}
                    completions={earlier.completions}
                    startedAt={null}
                    turnStopwatch={() => undefined}
                    withClass={false}
                />
                <Reason value={reason} change={setReason} error={error} />
                {withdraws && <Agree to={withdraws}>{typed.field}</Agree>}
                {seen.now && <Meanwhile heading="page.mine" before={mine} now={seen.now} />}
                <Told message={failed} />
            </Form>
        </section>
    );
}
