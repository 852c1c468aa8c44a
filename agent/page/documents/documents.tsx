// What goes out of the register for people: the printed form, the month's report, outages as
// evidence, files.
import { useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import { Do, Form, Text, Told } from "../parts/parts";
import { useSpoken } from "../words/context";
import type { Message } from "../words/words";
import { download } from "./download";
import { Import } from "./import";
import { Print, thisMonth } from "./print";

function Texts({ kind, title }: { kind: "report" | "outages"; title: string }) {
    const { words, language } = useSpoken();
    const { client } = useAgent();
    const [month, setMonth] = useState(thisMonth);
    const [text, setText] = useState<string | null>(null);
    const [failed, setFailed] = useState<Message | null>(null);
    const path = (format: string) =>
        `/api/v1/${kind}?` +
        new URLSearchParams({ month: month.trim(), format, language }).toString();
    const tell = (failure: unknown) => {
        setText(null);
        setFailed(messageOf(failure));
    };
    const show = async () => {
        setFailed(null);
        await client
            .send("GET", path("text"))
            .then(async answer => setText(await answer.text()))
            .catch(tell);
    };
    return (
        <section aria-labelledby={`${kind}-title`}>
            <h3 id={`${kind}-title`}>{title}</h3>
            <Form send={show} label={words("page.show")}>
                <Text
                    id={`${kind}-month`}
                    label={words("page.month")}
                    value={month}
                    change={setMonth}
                    hint={words("page.month_hint")}
                />
                <Told message={failed} />
            </Form>
            {text !== null && (
                <>
                    <pre class="report" tabIndex={0} aria-label={title}>
                        {text}
                    </pre>
                    <p class="buttons">
                        <Do act={() => download(client, path("csv"), `${kind}.csv`).catch(tell)}>
                            CSV
                        </Do>
                    </p>
                </>
            )}
        </section>
    );
}

function Export() {
    const { words } = useSpoken();
    const { client } = useAgent();
    const [failed, setFailed] = useState<Message | null>(null);
    const take = (format: string, more = "") =>
        download(client, `/api/v1/export?format=${format}${more}`, `tizilim.${format}`).catch(
            (failure: unknown) => setFailed(messageOf(failure)),
        );
    return (
        <section aria-labelledby="export-title">
            <h3 id="export-title">{words("page.export_title")}</h3>
            <p>{words("page.export_explained")}</p>
            <p class="buttons">
                <Do act={() => take("csv", "&separator=semicolon")}>
                    {words("page.export_for_excel")}
                </Do>
                <Do act={() => take("csv")}>CSV</Do>
                <Do act={() => take("jsonl")}>JSON Lines</Do>
            </p>
            <Told message={failed} />
        </section>
    );
}

export function Documents() {
    const { words } = useSpoken();
    return (
        <div class="documents">
            <h2>{words("page_screen.documents")}</h2>
            <Print />
            <Texts kind="report" title={words("page.report_title")} />
            <Texts kind="outages" title={words("page.outages_title")} />
            <Export />
            <Import />
        </div>
    );
}
