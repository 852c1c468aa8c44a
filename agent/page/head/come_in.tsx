// Without a session: how to come in, and the field for a code that is typed.
import { useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import { Form, Text, Told } from "../parts/parts";
import { Marked } from "../parts/said";
import { useWords } from "../words/context";
import type { Message } from "../words/words";

const kCodeDigits = 8;

export function HowToComeIn({
    failed,
    tried,
}: {
    failed: Message | null;
    tried: (message: Message | null) => void;
}) {
    const words = useWords();
    const { session, reach, enter } = useAgent();
    const [code, setCode] = useState("");
    const send = async () => {
        if (code.replace(/\D/g, "").length !== kCodeDigits)
            return tried({ code: "page.code_digits" });
        await enter(code).catch((failure: unknown) => tried(messageOf(failure)));
    };
    return (
        <div class="come-in">
            <h2>{words(session === "ended" ? "page.session_ended" : "page.come_in")}</h2>
            <p>{words("page.come_in_by_icon")}</p>
            <p class="buttons">
                <a class="button" href="tizilim:">
                    {words("page.continue")}
                </a>
                <small>
                    <Marked text={words("page.continue_hint")} />
                </small>
            </p>
            {failed && failed.code !== "page.code_digits" && <Told message={failed} />}
            {reach !== "other" && (
                <Form send={send} label={words("page.come_in_do")}>
                    <Text
                        id="code"
                        label={words("page.code")}
                        hint={words("page.code_hint")}
                        value={code}
                        mono
                        mode="numeric"
                        change={setCode}
                        error={
                            failed?.code === "page.code_digits"
                                ? words("page.code_digits")
                                : undefined
                        }
                    />
                </Form>
            )}
        </div>
    );
}
