// Nothing here yet: the settings of this computer; then a new register, one that comes back from a
// backup, or the second PC of the same lawyer.
import { useState } from "preact/hooks";
import { messageOf, useAgent, useAsked } from "../api/context";
import type { NewRegister, Setup } from "../api/types";
import { Do, Form, Text, Told } from "../parts/parts";
import { Percent, useStreamed } from "../parts/streamed";
import { useWords } from "../words/context";
import type { Message } from "../words/words";
import type { Screen } from "../screens";
import { RecoveryCode } from "./recovery_code";
import { Settings } from "./settings";
import type { Fields } from "./setup";
import { Unified } from "./unified";

function New({ made }: { made: (register: NewRegister) => void }) {
    const words = useWords();
    const { client } = useAgent();
    const [failed, setFailed] = useState<Message | null>(null);
    const send = () =>
        client
            .post<NewRegister>("/api/v1/init", {})
            .then(made, (failure: unknown) => setFailed(messageOf(failure)));
    return (
        <section aria-labelledby="new-register">
            <h3 id="new-register">{words("page.first_new")}</h3>
            <p>{words("page.first_new_explained")}</p>
            <Form send={send} label={words("page.first_new_do")}>
                <Told message={failed} />
            </Form>
        </section>
    );
}

function Join({ made }: { made: (register: NewRegister) => void }) {
    const words = useWords();
    const { client } = useAgent();
    const [code, setCode] = useState("");
    const [failed, setFailed] = useState<Message | null>(null);
    const send = () =>
        client
            .post<NewRegister>("/api/v1/init", { join: code.trim() })
            .then(made, (failure: unknown) => setFailed(messageOf(failure)));
    return (
        <section aria-labelledby="join-register">
            <h3 id="join-register">{words("page.first_join")}</h3>
            <Form send={send} label={words("page.first_join_do")}>
                <Text
                    id="join"
                    label={words("page.pairing_code")}
                    value={code}
                    change={setCode}
                    mono
                    wide
                    hint={words("page.pairing_hint")}
                />
                <Told message={failed} />
            </Form>
        </section>
    );
}

function Restore({ done }: { done: () => void }) {
    const words = useWords();
    const [file, setFile] = useState("");
    const [code, setCode] = useState("");
    const streamed = useStreamed();
    const send = async () => {
        const body = { file: file.trim(), recovery_code: code.trim() };
        if ((await streamed.run("/api/v1/restore", body)) !== null) done();
    };
    return (
        <section aria-labelledby="restore-register">
            <h3 id="restore-register">{words("page.first_restore")}</h3>
            <Form send={send} label={words("page.first_restore_do")}>
                <Text
                    id="file"
                    label={words("page.backup_file")}
                    value={file}
                    change={setFile}
                    mono
                    wide
                    hint={words("page.backup_file_hint")}
                />
                <Text
                    id="recovery"
                    label={words("page.recovery_code")}
                    value={code}
                    change={setCode}
                    mono
                    wide
                />
                <Told message={streamed.failed} />
            </Form>
            <Percent of={streamed} label={words("page.first_restore")} />
        </section>
    );
}

/// What was said already, in short.
function Said({ kept, change }: { kept: Setup; change: () => void }) {
    const words = useWords();
    const fields: Fields = kept.fields;
    const lines = ["lawyer", "iin", "bar_association", "bar_association_kk", "url", "user"]
        .concat("backup_directory")
        .filter(name => fields[name]);
    return (
        <section aria-labelledby="said-title">
            <h3 id="said-title">{words("page.setup_title")}</h3>
            <dl>
                {lines.map(name => (
                    <div key={name}>
                        <dt>{words("setup_field." + name)}</dt>
                        <dd>{fields[name]}</dd>
                    </div>
                ))}
            </dl>
            <p class="buttons">
                <Do act={change}>{words("page.setup_change")}</Do>
            </p>
        </section>
    );
}

/// The settings, while nothing is known of the advocate; then a register.
function Begin({
    made,
    restored,
}: {
    made: (register: NewRegister) => void;
    restored: () => void;
}) {
    const words = useWords();
    const { refresh } = useAgent();
    const { answer, failed, again } = useAsked<Setup>("/api/v1/setup");
    const [isChanging, setChanging] = useState(false);
    const saved = () => {
        setChanging(false);
        again();
        refresh();
    };
    if (answer === null) return <Told message={failed} />;
    return (
        <div class="documents">
            <h2>{words("page.first_title")}</h2>
            {isChanging || !answer.fields["lawyer"] ? (
                <Settings kept={answer} done={saved} />
            ) : (
                <>
                    <Said kept={answer} change={() => setChanging(true)} />
                    <New made={made} />
                    <Restore done={restored} />
                    <Join made={made} />
                </>
            )}
        </div>
    );
}

export function First({ go }: { go: (screen: Screen) => void }) {
    const { client, refresh } = useAgent();
    const [made, setMade] = useState<NewRegister | null>(null);
    const [isAsking, setAsking] = useState(false);
    const end = () => {
        refresh();
        go("new");
    };
    /// Where there is a unified system to ask.
    const ask = () => {
        refresh();
        return client.get<Setup>("/api/v1/setup").then(
            kept => (kept.fields["url"] ? setAsking(true) : end()),
            end,
        );
    };
    if (isAsking) return <Unified done={end} />;
    if (made !== null)
        return <RecoveryCode code={made.recovery_code} done={() => void ask()} />;
    const show = (register: NewRegister) => {
        setMade(register);
        refresh();
    };
    return <Begin made={show} restored={() => void ask()} />;
}
