// Whether something on this computer changes the page on its way: an antivirus program that looks
// into the browser's traffic, an extension. The policy refuses what is put in.
import { useEffect, useState } from "preact/hooks";

/// The page itself has one script, and its style in a file.
const kOwn = 1;

function hasMore(): boolean {
    return document.querySelectorAll("script,style,iframe,object,embed").length > kOwn;
}

export function useAltered(): boolean {
    const [isAltered, setAltered] = useState(hasMore);
    useEffect(() => {
        const refused = () => setAltered(true);
        document.addEventListener("securitypolicyviolation", refused);
        return () => document.removeEventListener("securitypolicyviolation", refused);
    }, []);
    return isAltered;
}
