// How delivery, backups and the register itself are, and what the lawyer can do about them.
import { useState } from "preact/hooks";
import { messageOf, useAgent, useAsked } from "../api/context";
import { messageIn, type Backups, type Books, type Json, type Status } from "../api/types";
import { deliveryOf } from "../head/overview";
import { RecoveryCode } from "../first/recovery_code";
import { Do, Form, Note, Text, Told } from "../parts/parts";
import { Line } from "../parts/said";
import { Percent, useStreamed } from "../parts/streamed";
import { useSpoken, useWords } from "../words/context";
import { time, type Message } from "../words/words";
import type { Screen } from "../screens";
import { DecideBook } from "./decide_book";
import { NewRecoveryCode, SecondPc } from "./secrets";

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
            <p>
                <Line of={deliveryOf(status).sentence} />
            </p>
            {reason && (
                <p>
                    <Line of={reason} />
                </p>
            )}
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

function BackupNow({ folder, done }: { folder: string; done: () => void }) {
    const words = useWords();
    const [chosen, setChosen] = useState<string | null>(null);
    const streamed = useStreamed();
    const to = chosen ?? folder;
    const file = text(streamed.result, "file");
    return (
        <>
            <Form
                send={() => streamed.run("/api/v1/backup", { directory: to.trim() }).then(done)}
                label={words("page.backup_now")}>
                <Text
                    id="backup-folder"
                    label={words("page.backup_to")}
                    value={to}
                    change={setChosen}
                    mono
                    wide
                    hint={words("page.backup_hint")}
                />
            </Form>
            <Percent of={streamed} label={words("page.backup_title")} />
            {file !== "" && <Note level="good">{words("page.backup_made", { file })}</Note>}
            <Told message={streamed.failed} />
        </>
    );
}

function Backups({ status }: { status: Status }) {
    const words = useWords();
    const { refresh } = useAgent();
    const asked = useAsked<Backups>("/api/v1/backups");
    const schedule = asked.answer?.schedule;
    const last = text(status.backup, "lastAt");
    const why = messageIn(status.backup, "failed");
    const drill = status.backup?.drill;
    const drillWhy = messageIn(drill, "failed");
    const triedAt = text(drill, "triedAt");
    const tried = triedAt === "" ? "" : words("backup.restorable", { at: triedAt });
    return (
        <section aria-labelledby="backup-title">
            <h3 id="backup-title">{words("page.backup_title")}</h3>
            {why && (
                <Note level="act">
                    <Line of={why} />
                </Note>
            )}
            {drillWhy && (
                <Note level="act">
                    <Line of={{ code: "overview.drill_failed", values: { why: drillWhy } }} />
                </Note>
            )}
            <Lines
                lines={[
                    ["page.backup_last", last === "" ? words("page.never") : time(last)],
                    ["figure.backup_drill", tried],
                    ["page.backup_due", time(text(schedule, "due_at"))],
                    ["page.backup_folder", text(schedule, "directory")],
                ]}
            />
            <BackupNow
                folder={text(schedule, "directory")}
                done={() => {
                    asked.again();
                    refresh();
                }}
            />
            <Told message={asked.failed} />
        </section>
    );
}

function BooksHere() {
    const words = useWords();
    const books = useAsked<Books>("/api/v1/books").answer?.books ?? [];
    return (
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
    );
}

function Verify() {
    const words = useWords();
    const streamed = useStreamed();
    const bad = messageIn(streamed.result, "first_bad");
    return (
        <>
            <p class="buttons">
                <Do act={() => streamed.run("/api/v1/verify").then(() => undefined)}>
                    {words("page.verify")}
                </Do>
            </p>
            <Percent of={streamed} label={words("page.verify")} />
            {bad && (
                <Note level="bad">
                    <Line of={bad} />
                </Note>
            )}
            {streamed.result && !bad && <Note level="good">{words("page.verified")}</Note>}
            <Told message={streamed.failed} />
        </>
    );
}

function Whole({ status }: { status: Status }) {
    const words = useWords();
    const clock = messageIn(status.clock, "reason");
    const problem = messageIn(status.book, "problem") ?? messageIn(status.book, "warning");
    const { register, network } = status.confinement;
    const confined = [...new Set([...register, ...network])].join(", ");
    return (
        <section aria-labelledby="whole-title">
            <h3 id="whole-title">{words("page.register_title")}</h3>
            {problem && (
                <Note level="bad">
                    <Line of={problem} />
                </Note>
            )}
            <DecideBook status={status} />
            {clock && (
                <Note level="act">
                    <Line of={clock} />
                </Note>
            )}
            <Verify />
            <BooksHere key={status.agent.book} />
            <Lines
                lines={[
                    ["page.version", status.agent.version],
                    ["page.confined", confined || words("page.confined_not")],
                ]}
            />
        </section>
    );
}

export function State({ go }: { go: (screen: Screen) => void }) {
    const words = useWords();
    const { status } = useAgent();
    const [code, setCode] = useState<string | null>(null);
    if (code !== null) return <RecoveryCode code={code} done={() => setCode(null)} />;
    if (status === null) return <p class="none">{words("page.asking")}</p>;
    return (
        <div class="documents">
            <h2>{words("page_screen.state")}</h2>
            <Delivery status={status} />
            <Backups status={status} />
            <Whole status={status} />
            <NewRecoveryCode shown={setCode} />
            <SecondPc />
            <p>
                <button type="button" class="link" onClick={() => go("documents")}>
                    {words("page.see_outages")}
                </button>
            </p>
        </div>
    );
}
