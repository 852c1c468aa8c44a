// The official form as the daemon prints it, shown inside the page: its HTML comes as a document
// without scripts, of which only known elements are taken, and its style stands in a style sheet of
// the shadow.
import type { Client } from "../api/client";
import { Gone, Refused } from "../api/client";

const kElements = new Set([
    "a",
    "b",
    "br",
    "caption",
    "col",
    "colgroup",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "footer",
    "h1",
    "h2",
    "h3",
    "header",
    "hr",
    "i",
    "li",
    "main",
    "ol",
    "p",
    "section",
    "small",
    "span",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
]);
const kAttributes = ["class", "colspan", "rowspan", "lang", "scope"];

/// A copy of what is harmless in `from`.
function copied(from: Node, to: Node): void {
    const left: [Node, Node][] = [[from, to]];
    for (let pair = left.pop(); pair !== undefined; pair = left.pop())
        for (const child of pair[0].childNodes) {
            if (child.nodeType === Node.TEXT_NODE)
                pair[1].appendChild(document.createTextNode(child.textContent ?? ""));
            if (!(child instanceof Element) || !kElements.has(child.localName)) continue;
            // Its title stands below the page's own headings.
            const made = document.createElement(child.localName === "h1" ? "h4" : child.localName);
            for (const name of kAttributes) {
                const value = child.getAttribute(name);
                if (value !== null) made.setAttribute(name, value);
            }
            pair[1].appendChild(made);
            left.push([child, made]);
        }
}

function documentAt(client: Client, path: string): Promise<Document> {
    return new Promise((got, failed) => {
        const request = new XMLHttpRequest();
        request.open("GET", path);
        for (const [name, value] of Object.entries(client.headers()))
            request.setRequestHeader(name, value);
        request.responseType = "document";
        request.onload = () => {
            const read = request.response as Document | null;
            if (request.status === 200 && read !== null) got(read);
            else failed(new Refused(request.status, {}));
            if (request.status === 401) client.onEnd();
        };
        request.onerror = () => failed(new Gone());
        request.send();
    });
}

/// Shows the form at `path` in `host`, instead of what was there.
export async function showForm(client: Client, path: string, host: HTMLElement): Promise<void> {
    const read = await documentAt(client, path);
    const styles = [...read.querySelectorAll("style")]
        .map(style => style.textContent ?? "")
        .join("\n");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
        styles
            .replace(/(^|[\s},])body(?=[\s,{])/g, "$1.body")
            .replace(/(^|[\s},])html(?=[\s,{])/g, "$1.body")
            .replace(/(^|[\s},])h1(?=[\s,{])/g, "$1h4"),
    );
    // A page rule holds for the whole page or not at all.
    const paper = new CSSStyleSheet();
    for (const rule of sheet.cssRules)
        if (rule instanceof CSSPageRule) paper.insertRule(rule.cssText);
    document.adoptedStyleSheets = [paper];
    const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    const body = document.createElement("div");
    body.className = "body";
    body.lang = read.documentElement.lang;
    copied(read.body, body);
    shadow.replaceChildren(body);
}
