// The official form as the daemon prints it, shown inside the page. The page may not hand HTML to
// the browser, so that what the daemon wrote is read here: tags, attributes and text, no more. Of
// it known elements alone are made, and its style stands in a style sheet of a shadow.
import type { Client } from "../api/client";

const kElements = new Set([
    "b", "br", "caption", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em", "footer", "h1",
    "h2", "h3", "header", "hr", "i", "ins", "li", "ol", "p", "section", "small", "span", "strong",
    "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
]);
const kAttributes = new Set(["class", "colspan", "rowspan", "lang", "scope"]);
/// Without an end.
const kEmpty = new Set(["br", "col", "hr", "meta", "link"]);
const kEntities: { readonly [name: string]: string } = {
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    nbsp: "\u00a0",
};
const kToken = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>|<![^>]*>|([^<]+)/gi;

function plain(text: string): string {
    return text.replace(/&(?:#(\d+)|([a-z]+));/g, (whole, code?: string, name?: string) =>
        code !== undefined ? String.fromCodePoint(Number(code)) : kEntities[name ?? ""] ?? whole,
    );
}

/// An element, or null for one that is not shown.
function elementOf(name: string, attributes: string): HTMLElement | null {
    if (!kElements.has(name)) return null;
    // Its title stands below the page's own headings.
    const made = document.createElement(name === "h1" ? "h4" : name);
    for (const [, attribute = "", value = ""] of attributes.matchAll(/([a-z-]+)="([^"]*)"/g)) {
        const width = /^width:(\d+)%$/.exec(value);
        if (attribute === "style" && width) made.style.width = `${width[1]}%`;
        if (kAttributes.has(attribute)) made.setAttribute(attribute, plain(value));
    }
    return made;
}

interface Read {
    body: HTMLElement;
    style: string;
}

/// `html` as the daemon writes it: each element closed, attributes in double quotes.
function read(html: string): Read {
    const body = document.createElement("div");
    body.className = "body";
    // Of each open element its copy, or its parent's where it has none.
    const open: { name: string; into: HTMLElement }[] = [{ name: "", into: body }];
    let style = "";
    for (const [, end, tag, attributes, text] of html.matchAll(kToken)) {
        const top = open[open.length - 1] ?? { name: "", into: body };
        const name = tag?.toLowerCase() ?? "";
        if (text !== undefined) {
            if (top.name === "style") style += text;
            else if (top.name !== "title") top.into.append(plain(text));
        } else if (end === "/") {
            if (open.length > 1 && top.name === name) open.pop();
        } else if (name !== "") {
            const lang = name === "html" ? /lang="([a-z]+)"/.exec(attributes ?? "") : null;
            if (lang?.[1]) body.lang = lang[1];
            const made = elementOf(name, attributes ?? "");
            if (made) top.into.append(made);
            if (!kEmpty.has(name)) open.push({ name, into: made ?? top.into });
        }
    }
    return { body, style };
}

function sheetOf(style: string): CSSStyleSheet {
    const sheet = new CSSStyleSheet();
    const named = (name: string, as: string, css: string) =>
        css.replace(new RegExp(`(^|[\\s},])${name}(?=[\\s,{])`, "g"), `$1${as}`);
    sheet.replaceSync(named("h1", "h4", named("html", ".body", named("body", ".body", style))));
    return sheet;
}

/// Shows the form at `path` in `host`, instead of what was there.
export async function showForm(client: Client, path: string, host: HTMLElement): Promise<void> {
    let html = "";
    await client.lines("GET", path + "&frames=1", undefined, line => {
        html += String(line["text"] ?? "");
    });
    const { body, style } = read(html);
    const sheet = sheetOf(style);
    // A page rule holds for the whole page or not at all.
    const paper = new CSSStyleSheet();
    for (const rule of sheet.cssRules)
        if (rule instanceof CSSPageRule) paper.insertRule(rule.cssText);
    document.adoptedStyleSheets = [paper];
    const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    shadow.replaceChildren(body);
}
