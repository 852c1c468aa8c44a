// One entry: its fields, what leaves and what stays, where it is on its way and why, and its
// history.
import { useEffect, useRef, useState } from "preact/hooks";
import { useAgent, useAsked } from "../api/context";
import {
    messageIn,
    type Entry,
    type Revised,
    type ShownEntry,
    type Signature,
    type Version,
    type Versions,
} from "../api/types";
import { Warnings } from "../entry/saved";
import { LeavesStays } from "../parts/leaves_stays";
import { Note, Told } from "../parts/parts";
import { capital, Line } from "../parts/said";
import { badgesOf, labelOf, nameOf, pathOf, shownValue } from "../parts/shown";
import { useSpoken, useWords } from "../words/context";
import { time } from "../words/words";
import { Amend, ClassifyDialog, VoidDialog } from "./acts";

export function Badges({ entry }: { entry: Entry }) {
    const words = useWords();
    return (
        <span class="badges">
            {badgesOf(words, entry).map(badge => (
                <span key={badge.text} class={`badge ${badge.kind}`}>
                    {badge.text}
                </span>
            ))}
        </span>
    );
}

export function SignedBy({ signature }: { signature: Signature }) {
    const words = useWords();
    return (
        <dl class="signature">
            <div>
                <dt>{words("field.signed_by")}</dt>
                <dd>{signature.signer}</dd>
            </div>
            <div>
                <dt>{words("field.signer_iin")}</dt>
                <dd>{signature.iin}</dd>
            </div>
            <div>
                <dt>{words("field.signed_at")}</dt>
                <dd>{time(signature.signed_at)}</dd>
            </div>
            <div>
                <dt>{words("field.issued_by")}</dt>
                <dd>{signature.issuer}</dd>
            </div>
            <div>
                <dt>{words("field.valid")}</dt>
                <dd>
                    {time(signature.valid_from)} – {time(signature.valid_to)}
                </dd>
            </div>
            <div>
                <dt>{words("field.signature")}</dt>
                <dd>{words("signature." + signature.status)}</dd>
            </div>
        </dl>
    );
}

function OneVersion({ version }: { version: Version }) {
    const { words, told } = useSpoken();
    const reason = messageIn(version, "reason");
    return (
        <li>
            <p>
                <strong>{capital(words("act." + version.act))}</strong> · {time(version.at)} ·{" "}
                {version.by}
            </p>
            {reason && (
                <p>
                    {words("page.reason")}: {told(reason)}
                </p>
            )}
            {version.changes.length > 0 && (
                <ul>
                    {version.changes.map(change => (
                        <li key={change.field}>
                            {labelOf(words, change.field)}:{" "}
                            <del>{shownValue(words, change.field, change.before)}</del>
                            {" → "}
                            <ins>{shownValue(words, change.field, change.after)}</ins>
                        </li>
                    ))}
                </ul>
            )}
            {version.signature && <SignedBy signature={version.signature} />}
        </li>
    );
}

function History({ entry }: { entry: Entry }) {
    const words = useWords();
    const asked = useAsked<Versions>(pathOf(entry) + "/history");
    return (
        <section>
            <h3>{words("page.history")}</h3>
            <Told message={asked.failed} />
            <ol class="history">
                {(asked.answer?.versions ?? []).map(version => (
                    <OneVersion key={version.version} version={version} />
                ))}
            </ol>
        </section>
    );
}

function Way({ entry }: { entry: ShownEntry }) {
    const words = useWords();
    // What is explained names the reason, too.
    const lines = [
        messageIn(entry, "explanation") ?? messageIn(entry, "delivery_reason"),
        messageIn(entry, "clock_warning"),
    ].filter(message => message !== null);
    return (
        <section>
            <h3>{words("page.where_it_is")}</h3>
            <p>
                <Badges entry={entry} />
            </p>
            {lines.map(line => (
                <p key={line.code}>
                    <Line of={line} />
                </p>
            ))}
            {entry.state === "void" && (
                <p>
                    {capital(words("field.void_reason"))}: {entry.void_reason}
                </p>
            )}
            <p>
                {capital(words("field.recorded_at"))}: {time(entry.recorded_at)} ·{" "}
                {words("field.book")} {entry.book}
            </p>
            <p>
                {words("page_field.disclosure")}: {words("class." + entry.disclosure)}
            </p>
        </section>
    );
}

type Act = "none" | "amend" | "void" | "classify";

function Acts({
    entry,
    choose,
    sameCase,
}: {
    entry: Entry;
    choose: (act: Act) => void;
    sameCase: (entry: Entry) => void;
}) {
    const words = useWords();
    const button = (code: string, press: () => void) => (
        <button type="button" onClick={press}>
            {words(code)}
        </button>
    );
    return (
        <p class="buttons">
            {entry.state !== "void" && button("page.amend", () => choose("amend"))}
            {entry.state !== "void" && button("page.void", () => choose("void"))}
            {button("page.classify", () => choose("classify"))}
            {entry.basis_number !== "" && button("page.same_case", () => sameCase(entry))}
        </p>
    );
}

export function EntryView({
    name,
    close,
    sameCase,
}: {
    name: { id: string };
    close: () => void;
    sameCase: (entry: Entry) => void;
}) {
    const words = useWords();
    const { refresh } = useAgent();
    const asked = useAsked<ShownEntry>(pathOf(name));
    const [act, setAct] = useState<Act>("none");
    const [revised, setRevised] = useState<Revised | null>(null);
    const entry = asked.answer;
    const title = useRef<HTMLHeadingElement>(null);
    useEffect(() => title.current?.focus(), []);
    const done = (made: Revised) => {
        setRevised(made);
        setAct("none");
        asked.again();
        refresh();
    };
    const stop = () => {
        setAct("none");
        asked.again();
    };
    return (
        <article class="one" aria-labelledby="entry-title">
            <div class="title">
                <button type="button" onClick={close}>
                    ← {words("page.back")}
                </button>
                <h2 id="entry-title" tabIndex={-1} ref={title}>
                    {entry && nameOf(words, entry)}
                </h2>
            </div>
            <Told message={asked.failed} />
            {revised && (
                <Note level="good">
                    <p>{words("page.done")}</p>
                    <Warnings warnings={revised.warnings} />
                </Note>
            )}
            {entry &&
                (act === "amend" ? (
                    <Amend entry={entry} close={stop} done={done} />
                ) : (
                    <>
                        <Acts entry={entry} choose={setAct} sameCase={sameCase} />
                        <LeavesStays document={entry.would_leave} values={entry} />
                        <Way entry={entry} />
                        <History key={entry.versions} entry={entry} />
                    </>
                ))}
            {entry && act === "void" && <VoidDialog entry={entry} close={stop} done={done} />}
            {entry && act === "classify" && (
                <ClassifyDialog entry={entry} close={stop} done={done} />
            )}
        </article>
    );
}
