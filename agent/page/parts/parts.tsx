// Small things that every screen is made of.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useWords } from "../words/context";
import type { Message } from "../words/words";
import { capital, Line, Marked } from "./said";

export type Level = "good" | "calm" | "act" | "bad";

/// A message to the person; `bad` and `act` are announced at once.
export function Note({ level, children }: { level: Level; children: ComponentChildren }) {
    return (
        <div class={`note ${level}`} role={level === "bad" || level === "act" ? "alert" : "status"}>
            {children}
        </div>
    );
}

export function Told({ message, level = "bad" }: { message: Message | null; level?: Level }) {
    return message === null ? null : (
        <Note level={level}>
            <Line of={message} />
        </Note>
    );
}

/// The headings of a table's columns, by their messages.
export function Headings({ codes }: { codes: readonly string[] }) {
    const words = useWords();
    return (
        <>
            {codes.map(code => (
                <th scope="col" key={code}>
                    {words(code)}
                </th>
            ))}
        </>
    );
}

export interface FieldProps {
    id: string;
    label: string;
    hint?: string | undefined;
    error?: string | undefined;
    /// What the register understood of what was written.
    understood?: string | undefined;
    wide?: boolean;
    children: (described: {
        id: string;
        "aria-describedby"?: string;
        "aria-invalid"?: "true";
    }) => ComponentChildren;
}

/// A label, what is typed, and beneath it the hint and what is wrong.
export function Field({ id, label, hint, error, understood, wide, children }: FieldProps) {
    const described = [
        hint && `${id}-hint`,
        understood && `${id}-understood`,
        error && `${id}-error`,
    ].filter(Boolean);
    return (
        <div class={`field${wide ? " wide" : ""}${error ? " wrong" : ""}`}>
            <label for={id}>{label}</label>
            {children({
                id,
                ...(described.length > 0 ? { "aria-describedby": described.join(" ") } : {}),
                ...(error ? { "aria-invalid": "true" as const } : {}),
            })}
            {understood && (
                <small id={`${id}-understood`} class="understood">
                    = {understood}
                </small>
            )}
            {hint && <small id={`${id}-hint`}>{hint}</small>}
            {error && (
                <small id={`${id}-error`} class="error">
                    <Marked text={capital(error)} />
                </small>
            )}
        </div>
    );
}

export interface Choice {
    value: string;
    label: string;
}

export function Select({
    id,
    label,
    value,
    choices,
    change,
    hint,
    error,
    wide,
}: {
    id: string;
    label: string;
    value: string;
    choices: readonly Choice[];
    change: (value: string) => void;
    hint?: string | undefined;
    error?: string | undefined;
    wide?: boolean;
}) {
    return (
        <Field id={id} label={label} hint={hint} error={error} wide={wide ?? false}>
            {described => (
                <select
                    {...described}
                    value={value}
                    onChange={event => change(event.currentTarget.value)}>
                    {choices.map(one => (
                        <option key={one.value} value={one.value}>
                            {one.label}
                        </option>
                    ))}
                </select>
            )}
        </Field>
    );
}

export function Text({
    id,
    label,
    value,
    change,
    hint,
    error,
    understood,
    wide,
    list,
    mode,
    mono,
    focus,
}: {
    id: string;
    label: string;
    value: string;
    change: (value: string) => void;
    hint?: string | undefined;
    error?: string | undefined;
    understood?: string | undefined;
    wide?: boolean;
    list?: readonly string[];
    mode?: "numeric" | "text";
    mono?: boolean;
    focus?: boolean;
}) {
    return (
        <Field
            id={id}
            label={label}
            hint={hint}
            error={error}
            understood={understood}
            wide={wide ?? false}>
            {described => (
                <>
                    <input
                        {...described}
                        type="text"
                        value={value}
                        autocomplete="off"
                        spellcheck={false}
                        inputMode={mode ?? "text"}
                        class={mono ? "mono" : ""}
                        autofocus={focus ?? false}
                        {...(list && list.length > 0 ? { list: `${id}-list` } : {})}
                        onInput={event => change(event.currentTarget.value)}
                    />
                    {list && list.length > 0 && (
                        <datalist id={`${id}-list`}>
                            {list.map(one => (
                                <option key={one} value={one} />
                            ))}
                        </datalist>
                    )}
                </>
            )}
        </Field>
    );
}

/// A modal question; Esc and the cross close it.
export function Dialog({
    title,
    close,
    children,
}: {
    title: string;
    close: () => void;
    children: ComponentChildren;
}) {
    const words = useWords();
    const id = useId();
    const dialog = useRef<HTMLDialogElement>(null);
    useLayoutEffect(() => {
        const opener = document.activeElement;
        const shown = dialog.current;
        shown?.showModal();
        shown?.querySelector<HTMLElement>("input, textarea, select")?.focus();
        return () => {
            shown?.close();
            if (opener instanceof HTMLElement) opener.focus();
        };
    }, []);
    return (
        <dialog
            ref={dialog}
            aria-labelledby={id}
            onCancel={event => {
                event.preventDefault();
                close();
            }}>
            <div class="dialog-head">
                <h2 id={id}>{title}</h2>
                <button
                    type="button"
                    class="plain"
                    aria-label={words("page.close")}
                    onClick={close}>
                    ✕
                </button>
            </div>
            {children}
        </dialog>
    );
}

/// A button that can't be pressed twice: it waits for what it began.
export function Do({
    children,
    act,
    primary,
    danger,
    disabled,
}: {
    children: ComponentChildren;
    act: () => Promise<void> | void;
    primary?: boolean;
    danger?: boolean;
    disabled?: boolean;
}) {
    const [isBusy, setBusy] = useState(false);
    const press = () => {
        if (isBusy) return;
        setBusy(true);
        void Promise.resolve(act()).finally(() => setBusy(false));
    };
    return (
        <button
            type="button"
            class={primary ? "primary" : danger ? "danger" : ""}
            aria-busy={isBusy}
            disabled={(disabled ?? false) || isBusy}
            onClick={press}>
            {children}
        </button>
    );
}

/// A form that sends itself by Enter and by its button, once.
export function Form({
    children,
    send,
    label,
    danger,
    cancel,
}: {
    children: ComponentChildren;
    send: () => Promise<void>;
    label: string;
    danger?: boolean;
    cancel?: () => void;
}) {
    const words = useWords();
    const [isBusy, setBusy] = useState(false);
    return (
        <form
            noValidate
            onSubmit={event => {
                event.preventDefault();
                if (isBusy) return;
                setBusy(true);
                void send().finally(() => setBusy(false));
            }}>
            {children}
            <div class="buttons">
                <button type="submit" class={danger ? "danger" : "primary"} disabled={isBusy}>
                    {label}
                </button>
                {cancel && (
                    <button type="button" onClick={cancel}>
                        {words("page.cancel")}
                    </button>
                )}
            </div>
        </form>
    );
}
