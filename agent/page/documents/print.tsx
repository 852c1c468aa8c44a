// The official form of a month, as it prints.
import { useRef, useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import { Refused } from "../api/client";
import { Form, Select, Text, Told } from "../parts/parts";
import { useSpoken, useWords } from "../words/context";
import type { Message } from "../words/words";
import { showForm } from "./printed_form";

/// 2026-11, as the form's first and last day.
function daysOf(month: string): { from: string; to: string } | null {
    const found = /^(\d{4})-(\d\d)$/.exec(month.trim()) ?? /^(\d\d?)\.(\d{4})$/.exec(month.trim());
    if (found === null) return null;
    const [year, number] = month.includes(".") ? [found[2], found[1]] : [found[1], found[2]];
    const last = new Date(Date.UTC(Number(year), Number(number), 0)).getUTCDate();
    const two = String(number).padStart(2, "0");
    return { from: `${year}-${two}-01`, to: `${year}-${two}-${last}` };
}

export function thisMonth(): string {
    const now = new Date();
    return `${String(now.getMonth() + 1).padStart(2, "0")}.${now.getFullYear()}`;
}

interface Asked {
    month: string;
    language: string;
    isBlank: boolean;
}

function How({
    how,
    change,
    error,
}: {
    how: Asked;
    change: (changed: Partial<Asked>) => void;
    error: string | undefined;
}) {
    const words = useWords();
    return (
        <>
            <div class="row">
                <Text
                    id="print-month"
                    label={words("page.month")}
                    value={how.month}
                    change={month => change({ month })}
                    hint={words("page.month_hint")}
                    error={error}
                />
                <Select
                    id="print-language"
                    label={words("page.print_language")}
                    value={how.language}
                    change={language => change({ language })}
                    choices={["kk", "ru"].map(code => ({
                        value: code,
                        label: words("language." + code),
                    }))}
                />
            </div>
            <label class="check">
                <input
                    type="checkbox"
                    checked={how.isBlank}
                    onChange={event => change({ isBlank: event.currentTarget.checked })}
                />
                {words("page.print_blank")}
            </label>
        </>
    );
}

export function Print() {
    const { words, language } = useSpoken();
    const { client } = useAgent();
    const [how, setHow] = useState<Asked>(() => ({
        month: thisMonth(),
        language: language === "kk" ? "kk" : "ru",
        isBlank: false,
    }));
    const [failed, setFailed] = useState<Message | null>(null);
    const [isShown, setShown] = useState(false);
    const host = useRef<HTMLDivElement>(null);
    const show = async () => {
        const days = daysOf(how.month);
        if (days === null) return setFailed({ code: "page.month_wrong" });
        const query = new URLSearchParams({ ...days, language: how.language });
        if (how.isBlank) query.set("blank_signature", "1");
        setFailed(null);
        if (host.current === null) return;
        await showForm(client, "/api/v1/print?" + query.toString(), host.current).then(
            () => setShown(true),
            (failure: unknown) =>
                setFailed(failure instanceof Refused ? failure.said : messageOf(failure)),
        );
    };
    return (
        <section class="print-form" aria-labelledby="print-title">
            <h3 id="print-title">{words("page.print_title")}</h3>
            <Form send={show} label={words("page.print_show")}>
                <How
                    how={how}
                    change={changed => setHow({ ...how, ...changed })}
                    error={
                        failed?.code === "page.month_wrong" ? words("page.month_wrong") : undefined
                    }
                />
                {failed?.code !== "page.month_wrong" && <Told message={failed} />}
            </Form>
            {isShown && (
                <p class="buttons">
                    <button type="button" onClick={() => print()}>
                        {words("page.print_do")}
                    </button>
                </p>
            )}
            <div
                class="sheet"
                hidden={!isShown}
                tabIndex={0}
                role="group"
                aria-label={words("page.print_title")}>
                <div ref={host} />
            </div>
        </section>
    );
}
