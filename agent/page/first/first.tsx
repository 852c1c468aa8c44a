// Nothing here yet: a new register, one that comes back from a backup, or the second PC of the same
// lawyer.
import { useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import type { Json } from "../api/types";
import { Form, Note, Text, Told } from "../parts/parts";
import { Line } from "../parts/said";
import { Percent, useStreamed } from "../parts/streamed";
import { useWords } from "../words/context";
import type { Message } from "../words/words";
import type { Screen } from "../screens";
import { RecoveryCode } from "./recovery_code";

function New({ made }: { made: (json: Json) => void }) {
    const words = useWords();
    const { client } = useAgent();
    const [failed, setFailed] = useState<Message | null>(null);
    const send = () =>
        client
            .post<Json>("/api/v1/init", {})
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

function Join({ made }: { made: (json: Json) => void }) {
    const words = useWords();
    const { client } = useAgent();
    const [code, setCode] = useState("");
    const [failed, setFailed] = useState<Message | null>(null);
    const send = () =>
        client
            .post<Json>("/api/v1/init", { join: code.trim() })
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

export function First({ go }: { go: (screen: Screen) => void }) {
    const words = useWords();
    const { refresh } = useAgent();
    const [made, setMade] = useState<Json | null>(null);
    const end = () => {
        refresh();
        go("new");
    };
    const code = made?.["recovery_code"];
    if (made !== null && typeof code === "string") return <RecoveryCode code={code} done={end} />;
    return (
        <div class="documents">
            <h2>{words("page.first_title")}</h2>
            <Note level="calm">
                <Line of={{ code: "page.first_configuration" }} />
            </Note>
            <New made={setMade} />
            <Restore done={end} />
            <Join made={setMade} />
        </div>
    );
}
