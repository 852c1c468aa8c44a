// An older copy of the register came back, or seems to: the lawyer decides in which book it
// goes on.
import { useState } from "preact/hooks";
import { messageOf, useAgent } from "../api/context";
import { messageIn, type Json, type Status } from "../api/types";
import { Do, Told } from "../parts/parts";
import { useWords } from "../words/context";
import type { Message } from "../words/words";

const kUndecided: readonly string[] = ["book.decide_first", "book.later_state_known"];

export function DecideBook({ status }: { status: Status }) {
    const words = useWords();
    const { client, refresh } = useAgent();
    const [failed, setFailed] = useState<Message | null>(null);
    const why = messageIn(status.book, "problem") ?? messageIn(status.book, "warning");
    if (why === null || !kUndecided.includes(why.code)) return null;
    const decide = (decision: "new" | "continue") =>
        client
            .post<Json>("/api/v1/book", { decision })
            .then(refresh, (failure: unknown) => setFailed(messageOf(failure)));
    return (
        <>
            <p>{words("page.book_decide")}</p>
            <p class="buttons">
                <Do primary act={() => decide("new")}>
                    {words("page.book_new")}
                </Do>
                <Do danger act={() => decide("continue")}>
                    {words("page.book_continue")}
                </Do>
            </p>
            <Told message={failed} />
        </>
    );
}
