// Entries from a file: nothing is recorded while a row is wrong, unless the person agrees to leave those rows out.
import { useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import { Refused } from "../api/client";
import { messageIn, type FieldError, type Json } from "../api/types";
import { capital, Do, Note, Told } from "../parts/parts";
import { useSpoken } from "../words/context";
import type { Message } from "../words/words";

const kShownMax = 100;

function Errors({ errors }: { errors: readonly FieldError[] }) {
    const { words, told, has } = useSpoken();
    if (errors.length === 0) return null;
    const name = (field: string) => (has("field." + field) ? words("field." + field) : field);
    return (
        <table class="errors">
            <thead>
                <tr>
                    {["page.line", "page.field", "page.what_is_wrong"].map(code => (
                        <th scope="col" key={code}>
                            {words(code)}
                        </th>
                    ))}
                </tr>
            </thead>
            <tbody>
                {errors.slice(0, kShownMax).map((error, at) => {
                    const said = messageIn(error, "message");
                    return (
                        <tr key={at}>
                            <td>{error.line}</td>
                            <td>{name(error.field)}</td>
                            <td>{said && told(said)}</td>
                        </tr>
                    );
                })}
            </tbody>
        </table>
    );
}

export function Import() {
    const { words } = useSpoken();
    const { client, refresh } = useAgent();
    const [name, setName] = useState("");
    const [text, setText] = useState<string | null>(null);
    const [failed, setFailed] = useState<Message | null>(null);
    const [errors, setErrors] = useState<readonly FieldError[]>([]);
    const [result, setResult] = useState<Json | null>(null);
    const [percent, setPercent] = useState<number | null>(null);
    const run = async (isGoingOn: boolean) => {
        setFailed(null);
        setErrors([]);
        setResult(null);
        try {
            const path = "/api/v1/import?once=1" + (isGoingOn ? "&keep_going=1" : "");
            const made = await client.lines("POST", path, text ?? "", line =>
                setPercent(Math.floor((100 * Number(line["done"])) / Number(line["total"]))),
            );
            setResult(made);
            setErrors(Array.isArray(made["errors"]) ? (made["errors"] as FieldError[]) : []);
            setText(null);
            refresh();
        } catch (failure) {
            setFailed(messageOf(failure));
            setErrors(failure instanceof Refused ? failure.errors : []);
        }
        setPercent(null);
    };
    return (
        <section aria-labelledby="import-title">
            <h3 id="import-title">{words("page.import_title")}</h3>
            <p>{words("page.import_explained")}</p>
            <p class="file">
                <input
                    id="import-file"
                    type="file"
                    accept=".csv,text/csv"
                    onChange={event => {
                        const file = event.currentTarget.files?.[0];
                        setErrors([]);
                        setFailed(null);
                        setResult(null);
                        setName(file?.name ?? "");
                        void file?.text().then(setText);
                    }}
                />
                <label for="import-file">{words("page.import_file")}</label>
                <span>{name}</span>
            </p>
            <p class="buttons">
                <Do primary disabled={text === null} act={() => run(false)}>
                    {words("page.import_do")}
                </Do>
                {errors.length > 0 && text !== null && (
                    <Do act={() => run(true)}>{words("page.import_without_wrong")}</Do>
                )}
            </p>
            {percent !== null && (
                <progress max={100} value={percent} aria-label={words("page.import_title")} />
            )}
            {result && (
                <Note level="good">
                    {capital(
                        words("page.imported", {
                            count: Number(result["recorded"]),
                            there: Number(result["already_there"]),
                        }),
                    )}
                </Note>
            )}
            <Told message={failed} />
            <Errors errors={errors} />
        </section>
    );
}
