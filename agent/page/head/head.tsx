// On every screen: how the register is, what to do next, four numbers, and the way to the other
// screens.
import { useAgent } from "../api/context";
import { Note } from "../parts/parts";
import { Line } from "../parts/said";
import { kScreens, type Screen } from "../screens";
import { useSpoken, useWords } from "../words/context";
import { kLanguages, type Say } from "../words/words";
import { useAltered } from "./altered";
import { figuresOf, overviewOf, type Overview } from "./overview";

const kLanguageNames = { kk: "Қаз", ru: "Рус", en: "Eng" } as const;
const kFullNames = { kk: "Қазақша", ru: "Русский", en: "English" } as const;

/// 5400 as "1 h 30 min", in the person's language.
function age(words: Say, seconds: number): string {
    if (seconds < 3600)
        return words("page.age_minutes", { count: Math.max(1, Math.floor(seconds / 60)) });
    if (seconds < 86400) return words("page.age_hours", { count: Math.floor(seconds / 3600) });
    return words("page.age_days", { count: Math.floor(seconds / 86400) });
}

function useOverview(): Overview {
    const { status, reach } = useAgent();
    if (reach === "gone") return { level: "bad", sentence: { code: "page.gone" }, tasks: [] };
    if (reach === "other")
        return { level: "bad", sentence: { code: "page.other_program" }, tasks: [] };
    if (status === null) return { level: "calm", sentence: { code: "page.asking" }, tasks: [] };
    return overviewOf(status);
}

function Sentence({ screen, go }: { screen: Screen | null; go: (screen: Screen) => void }) {
    const words = useWords();
    const { level, sentence, tasks } = useOverview();
    const [first, ...others] = screen === null ? [] : tasks;
    return (
        <div class={`sentence ${level}`}>
            <div role="status" aria-live="polite">
                <p>
                    <Line of={sentence} />
                </p>
            </div>
            {first && first.to !== screen && (
                <button type="button" class="primary" onClick={() => go(first.to)}>
                    {words(first.button)}
                </button>
            )}
            {others.length > 0 && (
                <ul class="others">
                    {others.map(task => (
                        <li key={task.sentence.code}>
                            <button type="button" class="link" onClick={() => go(task.to)}>
                                <Line of={task.sentence} />
                            </button>
                        </li>
                    ))}
                </ul>
            )}
        </div>
    );
}

function Figures() {
    const words = useWords();
    const { status, reach } = useAgent();
    if (status === null || status.state === "no_register" || reach !== "here") return null;
    return (
        <div class="figures">
            <dl>
                {figuresOf(status).map(figure => (
                    <div key={figure.name}>
                        <dt>{words(figure.name)}</dt>
                        <dd>{figure.count}</dd>
                    </div>
                ))}
            </dl>
            {status.oldestPendingSeconds > 0 && (
                <p>{words("page.oldest", { age: age(words, status.oldestPendingSeconds) })}</p>
            )}
        </div>
    );
}

function Languages() {
    const { words, language, choose } = useSpoken();
    return (
        <div class="languages" role="group" aria-label={words("page.language")}>
            {kLanguages.map(one => (
                <button
                    type="button"
                    key={one}
                    lang={one}
                    aria-pressed={one === language}
                    title={kFullNames[one]}
                    onClick={() => choose(one)}>
                    {kLanguageNames[one]}
                </button>
            ))}
        </div>
    );
}

export function Head({
    screen,
    go,
    help,
    lock,
}: {
    /// Null: there is no way to another one, without a session and in the first run.
    screen: Screen | null;
    go: (screen: Screen) => void;
    help: () => void;
    lock: () => void;
}) {
    const words = useWords();
    const { session } = useAgent();
    const isAltered = useAltered();
    return (
        <header>
            <div class="bar">
                <h1>Tizilim</h1>
                {screen !== null && (
                    <nav aria-label={words("page.screens")}>
                        {kScreens.map(one => (
                            <a
                                key={one}
                                href={`#/${one}`}
                                {...(one === screen ? { "aria-current": "page" } : {})}>
                                {words("page_screen." + one)}
                            </a>
                        ))}
                    </nav>
                )}
                <div class="bar-end">
                    {session === "open" && (
                        <>
                            <button type="button" onClick={help} aria-label={words("page.keys")}>
                                ?
                            </button>
                            <button type="button" onClick={lock}>
                                {words("page.lock")}
                            </button>
                        </>
                    )}
                    <Languages />
                </div>
            </div>
            {isAltered && (
                <div class="altered">
                    <Note level="bad">{words("page.altered")}</Note>
                </div>
            )}
            <div class="overview">
                <Sentence screen={screen} go={go} />
                <Figures />
            </div>
        </header>
    );
}
