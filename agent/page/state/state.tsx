// How delivery, backups and the register itself are, and what the lawyer can do about them.
import { useState } from "preact/hooks";
import { messageOf, useAgent, useAsked } from "../api/context";
import { messageIn, type Books, type Json, type Status } from "../api/types";
import { deliveryOf } from "../head/overview";
import { capital, Do, Form, Note, Text, Told } from "../parts/parts";
import { useSpoken, useWords } from "../words/context";
import { time, type Message } from "../words/words";
import type { Screen } from "../screens";

function Lines({ lines }: { lines: readonly (readonly [code: string, value: string])[] }) {
    const words = useWords();
    return (
        <dl>
            {lines
                .filter(([, value]) => value !== "")
                .map(([code, value]) => (
                    <div key={code}>
                        <dt>{words(code)}</dt>
                        <dd>{value}</dd>
                    </div>
                ))}
        </dl>
    );
}

function text(json: Json | null | undefined, name: string): string {
    const value = json?.[name];
    return typeof value === "string" ? value : "";
}

function size(bytes: number): string {
    return bytes < 1_000_000
        ? `${Math.ceil(bytes / 1000)} kB`
        : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function Delivery({ status }: { status: Status }) {
    const { words, told } = useSpoken();
    const { client, refresh } = useAgent();
    const [failed, setFailed] = useState<Message | null>(null);
    const act = (path: string) =>
        client
            .post<Status>("/api/v1/" + path)
            .then(refresh, (failure: unknown) => setFailed(messageOf(failure)));
    const reason = messageIn(status, "reason");
    const why = messageIn(status.next, "why");
    const today = status.link.today;
    return (
        <section aria-labelledby="delivery-title">
            <h3 id="delivery-title">{words("page.delivery_title")}</h3>
            <p>{capital(told(deliveryOf(status).sentence))}</p>
            {reason && <p>{capital(told(reason))}</p>}
            <p class="buttons">
                <Do primary act={() => act("sync")}>
                    {words("page.send_now")}
                </Do>
                {status.state === "paused" ? (
                    <Do act={() => act("resume")}>{words("page.resume")}</Do>
                ) : (
                    <Do act={() => act("pause")}>{words("page.pause")}</Do>
                )}
            </p>
            <Told message={failed} />
            <Lines
                lines={[
                    [
                        "page.last_verified",
                        status.lastVerifiedAt ? time(status.lastVerifiedAt) : words("page.never"),
                    ],
                    [
                        "page.next_try",
                        [time(text(status.next, "at")), why ? told(why) : ""]
                            .filter(Boolean)
                            .join(" · "),
                    ],
                    [
                        "page.link_today",
                        words("page.link_figures", {
                            count: today.requests,
                            up: size(today.bytesUp),
                            down: size(today.bytesDown),
                        }),
                    ],
                ]}
            />
        </section>
    );
}

function Backups({ status }: { status: Status }) {
    const { words, told } = useSpoken();
    const { client, refresh } = useAgent();
    const asked = useAsked<Json>("/api/v1/backups");
    const schedule = asked.answer?.["schedule"] as Json | null | undefined;
    const [chosen, setChosen] = useState<string | null>(null);
    const [made, setMade] = useState<string | null>(null);
    const [failed, setFailed] = useState<Message | null>(null);
    const [percent, setPercent] = useState<number | null>(null);
    const folder = chosen ?? text(schedule, "directory");
    const run = async () => {
        setFailed(null);
        setMade(null);
        await client
            .lines("POST", "/api/v1/backup", { directory: folder.trim() }, line =>
                setPercent(Math.floor((100 * Number(line["done"])) / Number(line["total"]))),
            )
            .then(
                result => setMade(text(result, "file")),
                (failure: unknown) => setFailed(messageOf(failure)),
            );
        setPercent(null);
        asked.again();
        refresh();
    };
    const why = messageIn(status.backup, "failed");
    return (
        <section aria-labelledby="backup-title">
            <h3 id="backup-title">{words("page.backup_title")}</h3>
            {why && <Note level="act">{capital(told(why))}</Note>}
            <Lines
                lines={[
                    [
                        "page.backup_last",
                        text(status.backup, "lastAt") === ""
                            ? words("page.never")
                            : time(text(status.backup, "lastAt")),
                    ],
                    ["page.backup_due", time(text(schedule, "due_at"))],
                    ["page.backup_folder", text(schedule, "directory")],
                ]}
            />
            <Form send={run} label={words("page.backup_now")}>
                <Text
                    id="backup-folder"
                    label={words("page.backup_to")}
                    value={folder}
                    change={setChosen}
                    mono
                    wide
                    hint={words("page.backup_hint")}
                />
            </Form>
            {percent !== null && (
                <progress max={100} value={percent} aria-label={words("page.backup_title")} />
            )}
            {made !== null && <Note level="good">{words("page.backup_made", { file: made })}</Note>}
            <Told message={failed ?? asked.failed} />
        </section>
    );
}

function Whole({ status }: { status: Status }) {
    const { words, told } = useSpoken();
    const { client } = useAgent();
    const [result, setResult] = useState<Json | null>(null);
    const [failed, setFailed] = useState<Message | null>(null);
    const [percent, setPercent] = useState<number | null>(null);
    const books = useAsked<Books>("/api/v1/books").answer?.books ?? [];
    const verify = async () => {
        setFailed(null);
        setResult(null);
        await client
            .lines("POST", "/api/v1/verify", undefined, line =>
                setPercent(Math.floor((100 * Number(line["done"])) / Number(line["total"]))),
            )
            .then(setResult, (failure: unknown) => setFailed(messageOf(failure)));
        setPercent(null);
    };
    const bad = messageIn(result, "first_bad");
    const clock = messageIn(status.clock, "reason");
    const problem = messageIn(status.book, "problem") ?? messageIn(status.book, "warning");
    return (
        <section aria-labelledby="whole-title">
            <h3 id="whole-title">{words("page.register_title")}</h3>
            {problem && <Note level="bad">{capital(told(problem))}</Note>}
            {clock && <Note level="act">{capital(told(clock))}</Note>}
            <p class="buttons">
                <Do act={verify}>{words("page.verify")}</Do>
            </p>
            {percent !== null && (
                <progress max={100} value={percent} aria-label={words("page.verify")} />
            )}
            {result &&
                (bad ? (
                    <Note level="bad">{capital(told(bad))}</Note>
                ) : (
                    <Note level="good">{words("page.verified")}</Note>
                ))}
            <Told message={failed} />
            <table>
                <thead>
                    <tr>
                        <th scope="col">{words("page.book")}</th>
                        <th scope="col" class="number">
                            {words("page.book_entries")}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {books.map(book => (
                        <tr key={book.label}>
                            <td class="mono">
                                {book.label}
                                {book.current && ` · ${words("page.book_current")}`}
                            </td>
                            <td class="number">{book.entries}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
            <Lines
                lines={[
                    ["page.version", status.agent.version],
                    [
                        "page.confined",
                        [
                            ...new Set([
                                ...status.confinement.register,
                                ...status.confinement.network,
                            ]),
                        ].join(", ") || words("page.confined_not"),
                    ],
                ]}
            />
        </section>
    );
}

export function State({ go }: { go: (screen: Screen) => void }) {
    const { words } = useSpoken();
    const { status } = useAgent();
    if (status === null) return <p class="none">{words("page.asking")}</p>;
    return (
        <div class="documents">
            <h2>{words("page_screen.state")}</h2>
            <Delivery status={status} />
            <Backups status={status} />
            <Whole status={status} />
            <p>
                <button type="button" class="link" onClick={() => go("documents")}>
                    {words("page.see_outages")}
                </button>
            </p>
        </div>
    );
}
