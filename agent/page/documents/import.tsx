// Entries from a file: nothing is recorded while a row is wrong, unless the person agrees to leave
// those rows out.
import { useState } from "preact/hooks";
import { useAgent } from "../api/context";
import { messageIn, type FieldError } from "../api/types";
import { Do, Headings, Note, Text, Told } from "../parts/parts";
import { Marked } from "../parts/said";
import { Percent, useStreamed } from "../parts/streamed";
import { useSpoken, useWords } from "../words/context";

const kShownMax = 100;

function Errors({ errors }: { errors: readonly FieldError[] }) {
    const { words, told, has } = useSpoken();
    if (errors.length === 0) return null;
    const name = (field: string) => (has("field." + field) ? words("field." + field) : field);
    return (
        <table class="errors">
            <thead>
                <tr>
                    <Headings codes={["page.line", "page.field", "page.what_is_wrong"]} />
                </tr>
            </thead>
            <tbody>
                {errors.slice(0, kShownMax).map((error, at) => {
                    const said = messageIn(error, "message");
                    return (
                        <tr key={at}>
                            <td>{error.line}</td>
                            <td>{name(error.field)}</td>
                            <td>{said && <Marked text={told(said)} />}</td>
                        </tr>
                    );
                })}
            </tbody>
        </table>
    );
}

const kWorkbook = /\.(xls[bmx]?|ods)$/i;
const kXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file as the daemon takes it: a workbook by its name, anything else as CSV.
function typed(file: File): Blob {
    return new Blob([file], { type: kWorkbook.test(file.name) ? kXlsx : "text/csv" });
}

function Chosen({ chosen }: { chosen: (file: Blob | null) => void }) {
    const words = useWords();
    const [name, setName] = useState("");
    return (
        <p class="file">
            <input
                id="import-file"
                type="file"
                accept=".xlsx,.xlsm,.csv,text/csv"
                onChange={event => {
                    const file = event.currentTarget.files?.[0];
                    setName(file?.name ?? "");
                    chosen(file ? typed(file) : null);
                }}
            />
            <label for="import-file">{words("page.import_file")}</label>
            <span>{name}</span>
        </p>
    );
}

export function Import() {
    const words = useWords();
    const { refresh } = useAgent();
    const [file, setFile] = useState<Blob | null>(null);
    const [sheet, setSheet] = useState("");
    const streamed = useStreamed();
    const { result, failed } = streamed;
    const leftOut = result?.["errors"];
    const errors = Array.isArray(leftOut) ? (leftOut as FieldError[]) : streamed.errors;
    const run = async (isGoingOn: boolean) => {
        const asked = new URLSearchParams({ once: "1" });
        if (isGoingOn) asked.set("keep_going", "1");
        if (file?.type === kXlsx && sheet !== "") asked.set("sheet", sheet);
        if ((await streamed.run("/api/v1/import?" + asked.toString(), file)) === null) return;
        setFile(null);
        refresh();
    };
    const counts = {
        count: Number(result?.["recorded"]),
        there: Number(result?.["already_there"]),
    };
    return (
        <section aria-labelledby="import-title">
            <h3 id="import-title">{words("page.import_title")}</h3>
            <p>{words("page.import_explained")}</p>
            <Chosen
                chosen={given => {
                    setFile(given);
                    streamed.forget();
                }}
            />
            {file?.type === kXlsx && (
                <Text
                    id="import-sheet"
                    label={words("page.import_sheet")}
                    value={sheet}
                    change={setSheet}
                />
            )}
            <p class="buttons">
                <Do primary disabled={file === null} act={() => run(false)}>
                    {words("page.import_do")}
                </Do>
                {errors.length > 0 && file !== null && (
                    <Do act={() => run(true)}>{words("page.import_without_wrong")}</Do>
                )}
            </p>
            <Percent of={streamed} label={words("page.import_title")} />
            {result && <Note level="good">{words("page.imported", counts)}</Note>}
            <Told message={failed} />
            <Errors errors={errors} />
        </section>
    );
}
