// What the daemon says, as it is shown: a command that stands between backticks looks like one.
import { useSpoken } from "../words/context";
import type { Message } from "../words/words";

export function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

/// Every second part is between two backticks; a backtick without its pair stays as it is.
export function Marked({ text }: { text: string }) {
    const parts = text.split("`");
    const isPaired = parts.length % 2 === 1;
    if (!isPaired) return <>{text}</>;
    return <>{parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</>;
}

/// A message as a sentence.
export function Line({ of }: { of: Message }) {
    const { told } = useSpoken();
    return <Marked text={capital(told(of))} />;
}
