// Measures the time of what is being done now.
import { useEffect, useState } from "preact/hooks";
import { useWords } from "../words/context";

function shown(milliseconds: number): string {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    const two = (number: number) => String(number).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

export function Stopwatch({
    startedAt,
    turn,
    take,
}: {
    startedAt: number | null;
    turn: (startedAt: number | null) => void;
    take: (minutes: number) => void;
}) {
    const words = useWords();
    const [now, setNow] = useState(Date.now);
    useEffect(() => {
        if (startedAt === null) return undefined;
        setNow(Date.now());
        const timer = setInterval(() => setNow(Date.now()), 1000);
        return () => clearInterval(timer);
    }, [startedAt]);
    const press = () => {
        if (startedAt === null) return turn(Date.now());
        take(Math.max(1, Math.ceil((Date.now() - startedAt) / 60_000)));
        turn(null);
    };
    return (
        <div class="stopwatch">
            <button type="button" onClick={press}>
                {words(startedAt === null ? "page.stopwatch_start" : "page.stopwatch_stop")}
            </button>
            {startedAt !== null && (
                <span class="mono" role="timer">
                    {shown(now - startedAt)}
                </span>
            )}
        </div>
    );
}
