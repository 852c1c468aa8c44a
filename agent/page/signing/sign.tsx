// What waits for the lawyer's signature, exactly what is signed, and the signing of all or some in
// one go.
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import type { Client } from "../api/client";
import type { Json, SigningPage, SigningTask } from "../api/types";
import { Dialog, Do, Headings, Note } from "../parts/parts";
import { Line, Marked } from "../parts/said";
import { nameOf } from "../parts/shown";
import { useSpoken, useWords } from "../words/context";
import { day, hours, type Message } from "../words/words";
import { kPageOfNcalayer } from "./ncalayer";
import { failureOf, sign, type Progress } from "./signing_run";
import type { Holder } from "./whose_key";

const kPage = 200;
const kRenewDays = 30;

/// A task, and what of its document is shown in a row: the very bytes that are signed are read.
interface Waiting extends SigningTask {
    date: string;
    basis: string;
    minutes: number;
}

function read(task: SigningTask): Waiting {
    const document = JSON.parse(task.bytes) as Json;
    const basis = document["basis"] as Json | undefined;
    return {
        ...task,
        date: String(document["applicationDate"] ?? ""),
        basis: String(basis?.["type"] ?? ""),
        minutes: Number(document["minutes"] ?? 0),
    };
}

/// Whose signatures are asked for; no IIN: anyone's.
interface Own {
    iin: string;
    isOnly: boolean;
}

/// All tasks of the register, page after page.
async function waitingIn(client: Client): Promise<{ tasks: readonly Waiting[]; own: Own }> {
    const tasks: Waiting[] = [];
    let own: Own = { iin: "", isOnly: false };
    let next: SigningPage["next"] = 1;
    while (next !== null) {
        const page: SigningPage = await client.get(`/api/v1/signing?first=${next}&limit=${kPage}`);
        tasks.push(...page.tasks.map(read));
        own = { iin: page.iin, isOnly: page.own_key_only };
        next = page.next;
    }
    return { tasks, own };
}

function WhoseKey({
    holder,
    own,
    answer,
}: {
    holder: Holder | null;
    own: Own;
    answer: (isRight: boolean) => void;
}) {
    const words = useWords();
    const isOthers = holder !== null && own.iin !== "" && holder.iin !== own.iin;
    const left = holder?.validTo
        ? (Date.parse(holder.validTo) - Date.now()) / 86_400_000
        : Infinity;
    return (
        <Dialog title={words("page.whose_key")} close={() => answer(false)}>
            {holder === null ? (
                <p>{words("page.whose_key_unknown")}</p>
            ) : (
                <dl>
                    <div>
                        <dt>{words("field.signed_by")}</dt>
                        <dd>{holder.name}</dd>
                    </div>
                    <div>
                        <dt>{words("field.signer_iin")}</dt>
                        <dd class="mono">{holder.iin}</dd>
                    </div>
                    <div>
                        <dt>{words("page.key_valid_to")}</dt>
                        <dd>{day(holder.validTo)}</dd>
                    </div>
                </dl>
            )}
            {left < kRenewDays && (
                <Note level="act">
                    {words("page.key_ends", { count: Math.max(0, Math.floor(left)) })}
                </Note>
            )}
            {isOthers && <Note level="bad">{words("page.key_of_another", { iin: own.iin })}</Note>}
            <p class="buttons">
                {!(isOthers && own.isOnly) && (
                    <button type="button" class="primary" onClick={() => answer(true)}>
                        {words("page.key_is_mine")}
                    </button>
                )}
                <button type="button" onClick={() => answer(false)}>
                    {words("page.key_is_not_mine")}
                </button>
            </p>
        </Dialog>
    );
}

function Failed({ message }: { message: Message | null }) {
    const words = useWords();
    if (message === null) return null;
    return (
        <Note level="bad">
            <p>
                <Line of={message} />
            </p>
            {message.code === "page_ncalayer.not_reached" && (
                <p>
                    <a href={kPageOfNcalayer} target="_blank" rel="noreferrer noopener">
                        {words("page.ncalayer_open")}
                    </a>
                </p>
            )}
        </Note>
    );
}

function Bytes({ task }: { task: SigningTask }) {
    const words = useWords();
    return (
        <details>
            <summary>{words("page.exact_document")}</summary>
            <pre tabIndex={0} aria-label={words("page.exact_document")}>
                {task.bytes}
            </pre>
        </details>
    );
}

function Row({ task, isChosen, turn }: { task: Waiting; isChosen: boolean; turn: () => void }) {
    const words = useWords();
    const name = nameOf(words, task);
    return (
        <tr>
            <td>
                <input type="checkbox" aria-label={name} checked={isChosen} onChange={turn} />
            </td>
            <th scope="row">{name}</th>
            <td class="date" data-label={words("page_field.application_date")}>
                {day(task.date)}
            </td>
            <td data-label={words("page_field.basis_type")}>
                {task.basis && words("basis." + task.basis)}
            </td>
            <td data-label={words("page_field.minutes")} class="number">
                {hours(task.minutes)}
            </td>
            <td>
                <Bytes task={task} />
            </td>
        </tr>
    );
}

function Tasks({
    waiting,
    chosen,
    choose,
}: {
    waiting: readonly Waiting[];
    chosen: ReadonlySet<string>;
    choose: (chosen: ReadonlySet<string>) => void;
}) {
    const words = useWords();
    const all = waiting.map(task => task.id);
    const turn = (id: string) => {
        const next = new Set(chosen);
        if (!next.delete(id)) next.add(id);
        choose(next);
    };
    return (
        <table class="entries">
            <thead>
                <tr>
                    <th scope="col">
                        <input
                            type="checkbox"
                            aria-label={words("page.choose_all")}
                            checked={chosen.size === all.length}
                            onChange={() =>
                                choose(chosen.size === all.length ? new Set() : new Set(all))
                            }
                        />
                    </th>
                    <Headings
                        codes={[
                            "field.number",
                            "page_field.application_date",
                            "page_field.basis_type",
                            "page_field.minutes",
                            "page.what_is_signed",
                        ]}
                    />
                </tr>
            </thead>
            <tbody>
                {waiting.map(task => (
                    <Row
                        key={task.id}
                        task={task}
                        isChosen={chosen.has(task.id)}
                        turn={() => turn(task.id)}
                    />
                ))}
            </tbody>
        </table>
    );
}

function Progressed({ progress }: { progress: Progress }) {
    const { words, told } = useSpoken();
    return (
        <Note
            level={
                progress.problems.length > 0
                    ? "act"
                    : progress.done === progress.total
                      ? "good"
                      : "calm"
            }>
            <p>{words("page.signed_of", { count: progress.done, total: progress.total })}</p>
            {progress.done + progress.problems.length < progress.total && (
                <progress
                    max={progress.total}
                    value={progress.done}
                    aria-label={words("page_screen.sign")}
                />
            )}
            <ul>
                {progress.problems.map(({ task, said }) => (
                    <li key={task.id}>
                        {nameOf(words, task)}: <Marked text={told(said)} />
                    </li>
                ))}
                {progress.warnings.map(said => (
                    <li key={said.code}>
                        <Line of={said} />
                    </li>
                ))}
            </ul>
        </Note>
    );
}

function Begin({
    tasks,
    run,
}: {
    tasks: readonly Waiting[];
    run: (tasks: readonly Waiting[]) => Promise<void>;
}) {
    const words = useWords();
    const count = tasks.length;
    const time = hours(tasks.reduce((sum, task) => sum + task.minutes, 0));
    return (
        <>
            <p>{words("page.sign_explained")}</p>
            <p class="buttons">
                <Do primary act={() => run(tasks)} disabled={count === 0}>
                    {words("page.sign_do", { count })}
                </Do>
                <span>{words("page.sign_total", { count, time })}</span>
            </p>
        </>
    );
}

/// Asks whose key it is, and waits for the answer.
function useWhoseKey() {
    const [asked, setAsked] = useState<{ holder: Holder | null } | null>(null);
    const answer = useRef<(isRight: boolean) => void>(() => undefined);
    const isRight = (holder: Holder | null) =>
        new Promise<boolean>(resolve => {
            answer.current = given => {
                setAsked(null);
                resolve(given);
            };
            setAsked({ holder });
        });
    return { asked, isRight, answer: (given: boolean) => answer.current(given) };
}

export function Sign() {
    const { words, language } = useSpoken();
    const { client, refresh } = useAgent();
    const { asked, isRight, answer } = useWhoseKey();
    const [waiting, setWaiting] = useState<readonly Waiting[] | null>(null);
    const [own, setOwn] = useState<Own>({ iin: "", isOnly: false });
    const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
    const [failed, setFailed] = useState<Message | null>(null);
    const [progress, setProgress] = useState<Progress | null>(null);
    const load = () =>
        waitingIn(client).then(
            found => {
                setWaiting(found.tasks);
                setOwn(found.own);
                setChosen(new Set(found.tasks.map(task => task.id)));
            },
            (failure: unknown) => setFailed(messageOf(failure)),
        );
    useEffect(() => void load(), [client]);
    const run = async (tasks: readonly SigningTask[]) => {
        setFailed(null);
        await sign({
            client,
            tasks,
            locale: language === "kk" ? "kk" : "ru",
            isRight,
            progress: setProgress,
        }).catch((failure: unknown) => setFailed(failureOf(failure)));
        refresh();
        await load();
    };
    return (
        <>
            <h2>{words("page_screen.sign")}</h2>
            {progress && progress.total > 0 && (failed === null || progress.done > 0) && (
                <Progressed progress={progress} />
            )}
            <Failed message={failed} />
            {waiting !== null &&
                (waiting.length === 0 ? (
                    <p class="none">{words("page.nothing_to_sign")}</p>
                ) : (
                    <>
                        <Begin tasks={waiting.filter(task => chosen.has(task.id))} run={run} />
                        <Tasks waiting={waiting} chosen={chosen} choose={setChosen} />
                    </>
                ))}
            {asked && <WhoseKey own={own} holder={asked.holder} answer={answer} />}
        </>
    );
}
