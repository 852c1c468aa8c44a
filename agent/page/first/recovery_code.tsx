// The recovery code, shown once; a part of it is typed back.
import { useState } from "preact/hooks";
import { Form, Text } from "../parts/parts";
import { useWords } from "../words/context";

export function RecoveryCode({ code, done }: { code: string; done: () => void }) {
    const words = useWords();
    const groups = code.split("-");
    const [asked] = useState(() => Math.floor(Math.random() * groups.length));
    const [typed, setTyped] = useState("");
    const [isWrong, setWrong] = useState(false);
    const send = () => {
        const isRight = typed.trim().toUpperCase() === (groups[asked] ?? "").toUpperCase();
        setWrong(!isRight);
        if (isRight) done();
        return Promise.resolve();
    };
    return (
        <section class="sheet-of-code" aria-labelledby="code-title">
            <h2 id="code-title">{words("page.recovery_title")}</h2>
            <p>{words("page.recovery_explained")}</p>
            <p class="code mono">
                {groups.map((group, at) => (
                    <span key={at}>{group}</span>
                ))}
            </p>
            <p class="no-print">
                <button type="button" onClick={() => print()}>
                    {words("page.print_do")}
                </button>
            </p>
            <div class="no-print">
                <Form send={send} label={words("page.recovery_done")}>
                    <Text
                        id="group"
                        label={words("page.recovery_group", { number: asked + 1 })}
                        value={typed}
                        mono
                        change={setTyped}
                        error={isWrong ? words("page.recovery_wrong") : undefined}
                    />
                </Form>
            </div>
        </section>
    );
}
