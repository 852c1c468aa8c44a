// Who the advocate is, the unified system's address and account, the folder of backups. They are
// typed, or filled in from an administrator's file; what is wrong stands under its field.
import { useState } from "preact/hooks";
import { Refused } from "../api/client";
import { messageOf, useAgent } from "../api/context";
import { messageIn, type FieldError, type Setup } from "../api/types";
import { Field, Form, Note, Select, Text, Told } from "../parts/parts";
import { useSpoken, useWords } from "../words/context";
import type { Message } from "../words/words";
import { isMistyped } from "./iin";
import { save, type Fields } from "./setup";

interface Filling {
    fields: Fields;
    change: (field: string, value: string) => void;
    /// What is wrong with a field, in words.
    wrong: (field: string) => string | undefined;
}

function useFilling(kept: Fields): Filling & {
    take: (fields: Fields) => void;
    refuse: (failure: unknown) => void;
    failed: readonly Message[];
} {
    const { told } = useSpoken();
    const [fields, setFields] = useState<Fields>(kept);
    const [errors, setErrors] = useState<readonly FieldError[]>([]);
    const [failed, setFailed] = useState<readonly Message[]>([]);
    return {
        fields,
        failed,
        change: (field, value) => {
            setFields({ ...fields, [field]: value });
            setErrors(errors.filter(error => error.field !== field));
        },
        wrong: field => {
            const error = errors.find(one => one.field === field);
            const said = error === undefined ? null : messageIn(error, "message");
            return said === null ? undefined : told(said);
        },
        take: given => setFields({ ...fields, ...given }),
        refuse: failure => {
            const found = failure instanceof Refused ? failure.errors : [];
            const others = found
                .filter(error => !error.field)
                .map(error => messageIn(error, "message") ?? { code: "setup.nothing_written" });
            setErrors(found.filter(error => error.field));
            setFailed(found.length > 0 ? others : [messageOf(failure)]);
            // Once it is shown: the first from above.
            setTimeout(() => document.querySelector<HTMLElement>(".field.wrong input")?.focus());
        },
    };
}

function FromFile({ take }: { take: (fields: Fields) => void }) {
    const words = useWords();
    const { client } = useAgent();
    const [failed, setFailed] = useState<readonly Message[]>([]);
    const [isTaken, setTaken] = useState(false);
    const read = async (file: File) => {
        setTaken(false);
        setFailed([]);
        try {
            const text = await file.text();
            const read = await client.post<{ fields: Fields }>("/api/v1/setup/file", { text });
            take(read.fields);
            setTaken(true);
        } catch (failure) {
            const found = failure instanceof Refused ? failure.errors : [];
            const said = found
                .map(error => messageIn(error, "message"))
                .filter(one => one !== null);
            setFailed(said.length > 0 ? said : [messageOf(failure)]);
        }
    };
    return (
        <div class="setup-file">
            <p>{words("page.setup_file_explained")}</p>
            <p class="file">
                <input
                    id="setup-file"
                    type="file"
                    onChange={event => {
                        const file = event.currentTarget.files?.[0];
                        event.currentTarget.value = "";
                        if (file) void read(file);
                    }}
                />
                <label for="setup-file">{words("page.setup_file")}</label>
            </p>
            {isTaken && <Note level="good">{words("page.setup_file_taken")}</Note>}
            {failed.map((message, at) => (
                <Told key={at} message={message} />
            ))}
        </div>
    );
}

function You({ fields, change, wrong }: Filling) {
    const words = useWords();
    const text = (name: string, more: { hint?: string; mode?: "numeric" } = {}) => (
        <Text
            id={"s-" + name}
            label={words("setup_field." + name)}
            value={fields[name] ?? ""}
            change={value => change(name, value)}
            error={wrong(name)}
            wide
            {...more}
        />
    );
    return (
        <fieldset>
            <legend>{words("page.setup_you")}</legend>
            {text("lawyer")}
            {text("iin", { mode: "numeric", hint: words("page.setup_not_needed") })}
            {isMistyped((fields["iin"] ?? "").trim()) && (
                <Note level="act">{words("page.setup_iin_mistyped")}</Note>
            )}
            {text("bar_association")}
            {text("bar_association_kk")}
            <Select
                id="s-language"
                label={words("setup_field.language")}
                value={fields["language"] ?? "ru"}
                choices={[
                    { value: "kk", label: words("language.kk") },
                    { value: "ru", label: words("language.ru") },
                ]}
                change={value => change("language", value)}
                error={wrong("language")}
                wide
            />
        </fieldset>
    );
}

export function UnifiedFields({
    fields,
    change,
    wrong,
    hasPassword,
}: Filling & { hasPassword: boolean }) {
    const words = useWords();
    return (
        <fieldset>
            <legend>{words("page.setup_unified")}</legend>
            <Text
                id="s-url"
                label={words("setup_field.url")}
                value={fields["url"] ?? ""}
                change={value => change("url", value)}
                hint={words("page.setup_url_hint")}
                error={wrong("url")}
                mono
                wide
            />
            <Text
                id="s-user"
                label={words("setup_field.user")}
                value={fields["user"] ?? ""}
                change={value => change("user", value)}
                error={wrong("user")}
                mono
                wide
            />
            <Field
                id="s-password"
                label={words("setup_field.password")}
                hint={words(
                    hasPassword ? "page.setup_password_there" : "page.setup_password_hint",
                )}
                error={wrong("password")}
                wide>
                {described => (
                    <input
                        {...described}
                        type="password"
                        value={fields["password"] ?? ""}
                        autocomplete="new-password"
                        onInput={event => change("password", event.currentTarget.value)}
                    />
                )}
            </Field>
        </fieldset>
    );
}

/// Without spaces around them; a password that was not typed stays as it is.
function typed(fields: Fields): Fields {
    const kept = Object.entries(fields).map(([name, text = ""]) => [
        name,
        name === "password" ? text : text.trim(),
    ]);
    return Object.fromEntries(kept.filter(([name, text]) => name !== "password" || text !== ""));
}

/// The three of the unified system alone, with what they are saved by.
export function Mend({ kept, done }: { kept: Setup; done: () => Promise<void> }) {
    const words = useWords();
    const { client } = useAgent();
    const { failed, refuse, ...filling } = useFilling({
        url: kept.fields["url"] ?? "",
        user: kept.fields["user"] ?? "",
    });
    const send = () => save(client, typed(filling.fields)).then(done).catch(refuse);
    return (
        <Form send={send} label={words("page.setup_again")}>
            <UnifiedFields {...filling} hasPassword={kept.has_password} />
            {failed.map((message, at) => (
                <Told key={at} message={message} />
            ))}
        </Form>
    );
}

export function Settings({ kept, done }: { kept: Setup; done: () => void }) {
    const words = useWords();
    const { client } = useAgent();
    const { language } = useSpoken();
    const { failed, refuse, take, ...filling } = useFilling({
        lawyer: "",
        ...kept.fields,
        // Until something was said, the default of the register is nobody's choice.
        language: kept.fields["lawyer"]
            ? (kept.fields["language"] ?? "ru")
            : language === "kk"
              ? "kk"
              : "ru",
    });
    const send = () => save(client, typed(filling.fields)).then(done).catch(refuse);
    return (
        <section aria-labelledby="settings-title">
            <h3 id="settings-title">{words("page.setup_title")}</h3>
            <FromFile take={take} />
            <Form send={send} label={words("page.setup_save")}>
                <You {...filling} />
                <UnifiedFields {...filling} hasPassword={kept.has_password} />
                <fieldset>
                    <legend>{words("page.setup_backup")}</legend>
                    <Text
                        id="s-backup_directory"
                        label={words("setup_field.backup_directory")}
                        value={filling.fields["backup_directory"] ?? ""}
                        change={value => filling.change("backup_directory", value)}
                        hint={words("page.setup_backup_directory_hint")}
                        error={filling.wrong("backup_directory")}
                        mono
                        wide
                    />
                </fieldset>
                {failed.map((message, at) => (
                    <Told key={at} message={message} />
                ))}
            </Form>
        </section>
    );
}
