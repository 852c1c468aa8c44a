// Which screen is shown, and the keys that lead from one to another.
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { messageOf, useAgent } from "./api/context";
import { Decide } from "./decide/decide";
import { Documents } from "./documents/documents";
import { SealedDrafts, type Drafts } from "./entry/drafts";
import { NewEntry } from "./entry/new_entry";
import { First } from "./first/first";
import { Head } from "./head/head";
import { HowToComeIn } from "./head/come_in";
import { Keys } from "./head/keys";
import { Register } from "./register/register";
import { Sign } from "./signing/sign";
import { State } from "./state/state";
import { kKeys, screenOf, takenCode, type Screen } from "./screens";
import { useWords } from "./words/context";
import type { Message } from "./words/words";

function isTyping(target: EventTarget | null): boolean {
    return (
        target instanceof HTMLElement &&
        target.matches("input, textarea, select, [contenteditable]")
    );
}

function useScreen(): [Screen, (screen: Screen) => void] {
    const [screen, setScreen] = useState<Screen>(() => screenOf(location.hash) ?? "new");
    useEffect(() => {
        const follow = () => setScreen(screenOf(location.hash) ?? "new");
        addEventListener("hashchange", follow);
        return () => removeEventListener("hashchange", follow);
    }, []);
    const go = (to: Screen) => {
        if (location.hash !== `#/${to}`) location.hash = `#/${to}`;
        setScreen(to);
    };
    return [screen, go];
}

/// Single keys, while nothing is being typed; Esc leaves a field.
function useKeys(areOn: boolean, go: (screen: Screen) => void, help: () => void): void {
    useLayoutEffect(() => {
        const press = (event: KeyboardEvent) => {
            if (event.key === "Escape" && isTyping(event.target))
                (event.target as HTMLElement).blur();
            if (!areOn || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
                return;
            if (document.querySelector("dialog[open]") !== null) return;
            const isSlash = event.code === "Slash" || event.key === "/" || event.key === "?";
            const screen = kKeys[event.code];
            if (screen === undefined && !isSlash) return;
            event.preventDefault();
            if (isSlash && event.shiftKey) return help();
            go(screen ?? "register");
            const field = isSlash ? "search" : screen === "new" ? "f-application_date" : "main";
            requestAnimationFrame(() => document.getElementById(field)?.focus());
        };
        addEventListener("keydown", press);
        return () => removeEventListener("keydown", press);
    }, [areOn, go, help]);
}

interface Showing {
    screen: Screen;
    go: (screen: Screen) => void;
    drafts: Drafts;
}

function Shown({ screen, go, drafts }: Showing) {
    switch (screen) {
        case "new":
            return <NewEntry drafts={drafts} go={go} />;
        case "register":
            return <Register />;
        case "sign":
            return <Sign />;
        case "decide":
            return <Decide />;
        case "documents":
            return <Documents />;
        case "state":
            return <State go={go} />;
    }
}

/// The first thing that Tab meets.
function Skip() {
    const words = useWords();
    return (
        <a
            class="skip"
            href="#main"
            onClick={event => {
                event.preventDefault();
                document.getElementById("main")?.focus();
            }}>
            {words("page.skip")}
        </a>
    );
}

/// Whether this is the first run, which goes on to its end once there is a register, too: the
/// recovery code is shown, and what the unified system answers.
function useFirst(): [boolean, (isFirst: boolean) => void] {
    const { session, status } = useAgent();
    const [isFirst, setFirst] = useState(false);
    const isEmpty = status?.state === "no_register";
    useEffect(() => {
        if (isEmpty) setFirst(true);
        else if (session !== "open") setFirst(false);
    }, [isEmpty, session]);
    return [isFirst, setFirst];
}

export function App({ code }: { code: string | null }) {
    const words = useWords();
    const { session, enter, leave, client } = useAgent();
    const drafts = useMemo(() => new SealedDrafts(client), [client]);
    const [screen, go] = useScreen();
    const [isFirst, setFirst] = useFirst();
    const [isHelp, setHelp] = useState(false);
    const [keys, setKeys] = useState(true);
    const [failed, setFailed] = useState<Message | null>(null);
    const [isEntering, setEntering] = useState(code !== null);
    const isGoing = session === "open" && !isFirst;
    useKeys(keys && isGoing, go, () => setHelp(true));
    const trade = (given: string) =>
        enter(given)
            .catch((failure: unknown) => setFailed(messageOf(failure)))
            .finally(() => setEntering(false));
    useEffect(() => {
        if (code !== null) void trade(code);
        // In a tab that shows the page already.
        const another = () => {
            const given = takenCode();
            if (given !== null) void trade(given);
        };
        addEventListener("hashchange", another);
        return () => removeEventListener("hashchange", another);
    }, []);
    useEffect(() => {
        const title = words(isFirst ? "page.first_title" : "page_screen." + screen);
        document.title = `${title} · Tizilim`;
    }, [words, screen, isFirst]);
    const leaveFirst = (to: Screen) => {
        setFirst(false);
        go(to);
    };
    return (
        <>
            <Skip />
            <Head
                screen={isGoing ? screen : null}
                go={go}
                help={() => setHelp(true)}
                lock={() => void drafts.flush().finally(leave)}
            />
            <main id="main" tabIndex={-1}>
                {session !== "open" ? (
                    !isEntering && <HowToComeIn failed={failed} tried={setFailed} />
                ) : isFirst ? (
                    <First go={leaveFirst} />
                ) : (
                    <Shown screen={screen} go={go} drafts={drafts} />
                )}
            </main>
            {isHelp && <Keys close={() => setHelp(false)} on={keys} turn={setKeys} />}
        </>
    );
}
