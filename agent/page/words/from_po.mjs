// The catalogues of agent/texts as JSON for the page, one object a language: a code, and its sentence; where a number
// decides, an array: the English names of placeholders in order, then the forms.
import fs from "node:fs";
import path from "node:path";

// What only the command line, the log and the metrics say, what is said where no page is open, and what the daemon writes
// out as a whole document. What the page names is kept all the same; tests/lint/messages.sh tells of what it may hear.
const kNotHere = new Set([
    "agent_state", "argument", "ask", "ask_default", "cli", "crash", "daemon", "doctor", "doctor_check", "doctor_result",
    "due_state", "field_help", "figure", "form_official", "health", "help", "metric", "month", "ncalayer", "outage",
    "outage_cause", "outage_end", "overview", "port", "report", "signing_key", "socket", "table", "type", "wire", "yes_or_no",
]);

function unquoted(line) {
    return JSON.parse(line.slice(line.indexOf('"')));
}

/// Each message of a catalogue: {code, fields: {msgid, msgid_plural, "msgstr[0]"…}}.
function messagesOf(file) {
    const messages = [];
    for (const block of fs.readFileSync(file, "utf8").split(/\n\s*\n/)) {
        const fields = {};
        let field = "";
        for (const line of block.split("\n")) {
            if (line.startsWith("msg")) field = line.slice(0, line.indexOf(" "));
            if (line.startsWith("#") || line === "") continue;
            fields[field] = (fields[field] ?? "") + unquoted(line);
        }
        if (fields.msgctxt) messages.push({ code: fields.msgctxt, fields });
    }
    return messages;
}

function namesIn(sentence) {
    return [...sentence.matchAll(/\{([a-z_]+)(?::[a-z_]+)?\}/g)].map(found => found[1]);
}

function formsOf(fields, language) {
    if (language === "en") return [fields.msgid, fields.msgid_plural];
    const forms = [];
    for (let i = 0; fields[`msgstr[${i}]`] !== undefined; ++i) forms.push(fields[`msgstr[${i}]`]);
    return forms;
}

/// What stands between quotes in the page's own sources: codes, and families of them ("state.").
export function literalsIn(sources) {
    const found = new Set();
    for (const source of sources)
        for (const literal of fs.readFileSync(source, "utf8").matchAll(/"([a-z_]+\.[a-z_.]*)"/g)) found.add(literal[1]);
    return found;
}

/// `texts` is the folder agent/texts, `named` what literalsIn() found. In English the daemon says itself all that it
/// has a code for, so that only what the page names is wanted, and what stands inside of that.
export function wordsOf(texts, language, named) {
    const words = {};
    const file = language === "en" ? "messages.pot" : `${language}.po`;
    for (const { code, fields } of messagesOf(path.join(texts, file))) {
        const family = code.split(".")[0];
        const isNamed = named.has(code) || named.has(code.slice(0, code.lastIndexOf(".") + 1));
        if (!isNamed && (language === "en" ? family !== "delivery" : kNotHere.has(family))) continue;
        words[code] = fields.msgid_plural
            ? [namesIn(fields.msgid).join(" "), ...formsOf(fields, language)]
            : (language === "en" ? fields.msgid : fields.msgstr);
    }
    return words;
}
