// The words of the chosen language, for every part of the page.
import { createContext, type ComponentChildren } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import {
    catalogueOf,
    firstLanguage,
    keepLanguage,
    Words,
    type Language,
    type Message,
    type Say,
} from "./words";

interface Spoken {
    words: Say;
    /// What the daemon said.
    told: (message: Message) => string;
    has: (code: string) => boolean;
    language: Language;
    choose: (language: Language) => void;
}

const Spoken = createContext<Spoken | null>(null);

export function useSpoken(): Spoken {
    const spoken = useContext(Spoken);
    if (spoken === null) throw new Error("no words");
    return spoken;
}

export function useWords(): Say {
    return useSpoken().words;
}

export function InWords({ children }: { children: ComponentChildren }) {
    const [language, setLanguage] = useState(firstLanguage);
    const [known, setKnown] = useState<Words | null>(null);
    useEffect(() => {
        let isWanted = true;
        void catalogueOf(language).then(catalogue => {
            if (!isWanted) return;
            document.documentElement.lang = language;
            setKnown(new Words(language, catalogue));
        });
        return () => {
            isWanted = false;
        };
    }, [language]);
    if (known === null) return null;
    const choose = (chosen: Language) => {
        keepLanguage(chosen);
        setLanguage(chosen);
    };
    const spoken: Spoken = {
        words: (code, values) => known.say(code, values),
        told: message => known.of(message),
        has: code => known.has(code),
        language: known.language,
        choose,
    };
    return <Spoken.Provider value={spoken}>{children}</Spoken.Provider>;
}
