// Every path and method of the description is asked of real daemons, for what it grants and for what it refuses, and
// each answer is held against the description. What is described and never seen fails, too.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { kIin, Office, program } from "../browser/office.mjs";
import { asked } from "./asking.mjs";
import { Described } from "./described.mjs";

const kEntry = {
    application_date: "today", basis_type: "court_resolution", basis_number: "1-77", basis_date: "-1", basis_issuer: "Суд",
    essence: "Защита", form: "court", minutes: "1:30",
};
const kStays = { ...kEntry, basis_type: "application", basis_number: "б/н", basis_issuer: "", form: "legal_information", minutes: 45 };
/// The second row is bad.
const kRows = [
    "application_date,recorded_date,basis_type,basis_number,basis_date,basis_issuer,essence,form,minutes",
    "2025-01-10,2025-01-10,application,б/н,2025-01-10,,Кеңес,legal_information,30",
    "2025-01-11,2025-01-11,application,б/н,2025-01-11,,Кеңес,court-room,30", "",
].join("\n");
const kEnoughMilliseconds = 60_000;

let described;
let main;
let second;
let restored;
let month;

/// Asks and holds the answer against the description; the answer, its JSON as `json`, its lines as `lines`.
async function ask(office, status, method, target, sent = {}) {
    const answer = await asked(office, method, target, sent);
    assert.equal(answer.status, status, `${method} ${target}: ${answer.text}`);
    described.check(method, target, sent, answer);
    if (answer.type === "application/json" && answer.text !== "") answer.json = JSON.parse(answer.text);
    if (answer.type === "application/x-ndjson") answer.lines = answer.text.trimEnd().split("\n").map(line => JSON.parse(line));
    return answer;
}

const get = (office, target, status = 200, sent = {}) => ask(office, status, "GET", target, sent);
const post = (office, target, json, status = 200) => ask(office, status, "POST", target, json === undefined ? {} : { json });

async function reached(check, what) {
    const deadline = Date.now() + kEnoughMilliseconds;
    while (!await check()) {
        assert.ok(Date.now() < deadline, `not in time: ${what}`);
        for (const office of [main, second]) if (office) await asked(office, "POST", "/api/v1/sync").catch(() => null);
        await new Promise(wake => setTimeout(wake, 100));
    }
}

const statusOf = async office => (await get(office, "/status")).json;
const entryOf = async (office, name) => (await get(office, `/api/v1/entries/${name}`)).json;

before(async () => {
    main = await Office.start({ register: false, signature: false });
    described = new Described((await asked(main, "GET", "/api/v1/openapi.json")).text);
});
after(async () => {
    for (const office of [restored, second, main]) await office?.stop();
});

test("it is OpenAPI 3.1", async () => {
    const validator = new Validator();
    const found = await validator.validate(described.json);
    assert.deepEqual([found.valid, validator.version], [true, "3.1"], JSON.stringify(found.errors));
    await get(main, "/api/v1/openapi.json");
});

async function setUp() {
    const before = (await get(main, "/api/v1/setup")).json;
    assert.equal(before.fields.iin, kIin);
    const text = "[unified]\nurl = http://127.0.0.1:1/register\nuser = lawyer\npassword = secret\n";
    assert.equal((await post(main, "/api/v1/setup/file", { text })).json.fields.user, "lawyer");
    await post(main, "/api/v1/setup/file", { text: "[unified]\nnever = 1\n" }, 422);
    await post(main, "/api/v1/setup/file", {}, 400);
    await post(main, "/api/v1/setup", { url: "nowhere" }, 422);
    await post(main, "/api/v1/setup", { never: "1" }, 400);
    const held = (await statusOf(main)).processes.register.pid;
    await post(main, "/api/v1/setup", { lawyer: before.fields.lawyer });
    await reached(async () => {
        try {
            const { text: answer } = await asked(main, "GET", "/status");
            return JSON.parse(answer).processes.register.pid !== held;
        } catch {
            return false;
        }
    }, "another program goes on with what was set");
}

test("a folder without a register", async () => {
    for (const target of ["/healthz", "/status", "/metrics"]) await get(main, target);
    await get(main, "/readyz", 503);
    await reached(async () => {
        const sent = { headers: { "If-None-Match": (await get(main, "/status")).headers.etag } };
        const answer = await asked(main, "GET", "/status", sent);
        described.check("GET", "/status", sent, answer);
        return answer.status === 304;
    }, "nothing changes");
    await get(main, "/api/v1/books", 409);
    await post(main, "/api/v1/restore", {}, 400);
    const { lines } = await post(main, "/api/v1/restore", { file: "/none", recovery_code: "AAAA" });
    assert.equal(typeof lines.at(-1).error, "string");
    await setUp();
    await post(main, "/api/v1/init", [], 400);
    await post(main, "/api/v1/init", { join: "AAAA" }, 409);
    main.recoveryCode = (await post(main, "/api/v1/init", {}, 201)).json.recovery_code;
    await post(main, "/api/v1/restore", { file: "/none", recovery_code: "AAAA" }, 409);
    await get(main, "/readyz");
    month = (await get(main, "/api/v1/outages")).json.month;
});

test("drafts", async () => {
    await ask(main, 200, "PUT", "/api/v1/drafts/d-1", { json: { values: {} } });
    await ask(main, 400, "PUT", "/api/v1/drafts/d-1", { json: [] });
    assert.equal((await get(main, "/api/v1/drafts")).json.drafts.length, 1);
    await ask(main, 200, "DELETE", "/api/v1/drafts/d-1");
});

test("entries", async () => {
    await ask(main, 200, "PUT", "/api/v1/drafts/d-2", { json: { values: {} } });
    const { id } = (await post(main, "/api/v1/entries?draft=d-2", kEntry, 201)).json;
    await ask(main, 409, "PUT", "/api/v1/drafts/d-2", { json: {} });
    await post(main, "/api/v1/entries?once=1", kEntry, 409);
    await post(main, "/api/v1/entries", { ...kEntry, minutes: "many" }, 422);
    await post(main, "/api/v1/entries", [], 400);
    await post(main, "/api/v1/entries?once=1", kStays, 201);
    await post(main, "/api/v1/entries", { ...kStays, application_date: "-40", late_reason: "Болезнь" }, 201);

    for (const more of ["", "?first=2&limit=1", `?order=newest&month=${month}`, "?state=local", "?pulled=1"])
        await get(main, `/api/v1/entries${more}`);
    await get(main, "/api/v1/entries?limit=0", 400);
    await get(main, "/api/v1/entries?book=none", 404);
    const { books } = (await get(main, "/api/v1/books")).json;
    await get(main, `/api/v1/entries?book=${books[0].label}`);

    assert.equal((await entryOf(main, 1)).id, id);
    await get(main, "/api/v1/entries/77", 404);
    await get(main, "/api/v1/entries/77/history", 404);

    assert.equal((await get(main, "/api/v1/search?text=Защита")).lines.at(-1).result.found, 3);
    await get(main, "/api/v1/search?text=", 400);
    await post(main, "/api/v1/preview", kEntry);
    await post(main, "/api/v1/preview", {}, 422);
    await post(main, "/api/v1/preview", { never: 1 }, 400);
});

test("acts on an entry", async () => {
    const reason = "уточнено";
    await post(main, "/api/v1/entries/2/amend", { fields: { minutes: "50", basis_issuer: null }, reason });
    await post(main, "/api/v1/entries/2/amend", { fields: { minutes: 0 }, reason }, 422);
    await post(main, "/api/v1/entries/2/amend", { fields: {} }, 400);
    await post(main, "/api/v1/entries/77/amend", { fields: { minutes: 50 }, reason }, 404);
    const { json: seen } = await post(main, "/api/v1/entries/2/amend", { fields: { minutes: 55 }, reason, version: 1 }, 409);
    assert.deepEqual([seen.error, seen.entry.minutes], ["changed_meanwhile", 50]);
    await post(main, "/api/v1/entries/2/classify", { disclosure: "partial", reason, version: 1 }, 409);
    await post(main, "/api/v1/entries/2/void", { reason, version: 1 }, 409);
    await post(main, "/api/v1/entries/2/classify", { disclosure: "partial", reason, version: 2 });
    await post(main, "/api/v1/entries/2/classify", { disclosure: "open", reason }, 400);
    await post(main, "/api/v1/entries/77/classify", { disclosure: "full", reason }, 404);
    await post(main, "/api/v1/entries/3/void", { reason });
    await post(main, "/api/v1/entries/3/void", { reason }, 409);
    await post(main, "/api/v1/entries/3/void", {}, 400);
    await post(main, "/api/v1/entries/77/void", { reason }, 404);
    await post(main, "/api/v1/entries/3/amend", { fields: { minutes: 50 }, reason }, 409);
    assert.equal((await get(main, "/api/v1/entries/2/history")).json.versions.length, 3);
});

test("documents", async () => {
    await get(main, "/api/v1/export", 400);
    const csv = (await get(main, "/api/v1/export?format=csv")).text;
    const rows = (await get(main, "/api/v1/export?format=jsonl")).text;
    await get(main, "/api/v1/export?format=csv&separator=semicolon");
    await get(main, "/api/v1/export?format=csv&separator=dot", 400);
    assert.deepEqual((await get(main, "/api/v1/export?format=csv&frames=1")).lines.at(-1), { result: { entries: 3 } });
    const imported = (query, sent, status = 200) => ask(main, status, "POST", `/api/v1/import${query}`, sent);
    await imported("?once=1", { rows: csv, type: "text/csv" });
    await imported("", { rows: kRows, type: "text/csv" }, 422);
    await imported("?keep_going=1", { rows: kRows, type: "text/csv" });
    await imported("?brought_over=1", { rows, type: "application/x-ndjson" });
    const type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    await imported("?sheet=1", { rows: fs.readFileSync("../register.xlsx"), type });
    await imported("?sheet=none", { rows: fs.readFileSync("../register.xlsx"), type }, 422);

    await get(main, "/api/v1/print");
    const { books } = (await get(main, "/api/v1/books")).json;
    await get(main, `/api/v1/print?from=-50&to=today&language=kk&book=${books[0].label}&blank_signature=1&frames=1`);
    await get(main, "/api/v1/print?from=never", 400);
    await get(main, "/api/v1/report", 400);
    for (const format of ["json", "csv", "text"]) await get(main, `/api/v1/report?month=${month}&format=${format}&language=ru`);
});

test("backups", async () => {
    const folder = path.join(main.folder, "backups");
    await post(main, "/api/v1/backup", { directory: "here" }, 400);
    main.backup = (await post(main, "/api/v1/backup", { directory: folder, keep: 2 })).lines.at(-1).result.file;
    assert.equal(typeof (await post(main, "/api/v1/backup", { directory: main.backup })).lines.at(-1).error, "string");
    const { backups } = (await get(main, `/api/v1/backups?directory=${folder}`)).json;
    assert.ok(backups.some(backup => backup.file === main.backup));
    await get(main, "/api/v1/backups?directory=here", 400);
    assert.equal((await post(main, "/api/v1/backups/try")).lines.at(-1).result.file, main.backup);
    assert.notEqual((await statusOf(main)).backup.drill, null);
    await post(main, "/api/v1/recovery-code", undefined, 201);
    assert.equal((await post(main, "/api/v1/backups/try")).lines.at(-1).code, "backup.of_earlier_code");
    await get(main, "/status?as=anyone");
    await get(main, "/metrics?as=anyone");
    await get(main, "/api/v1/tables");
    assert.equal((await post(main, "/api/v1/verify")).lines.at(-1).result.good, true);
});

test("delivery", async () => {
    await post(main, "/api/v1/pause");
    await post(main, "/api/v1/resume");
    await post(main, "/api/v1/sync");
    await reached(async () => (await statusOf(main)).entries.pending === 0, "all is delivered");
    const configured = fs.readFileSync(main.config);
    fs.writeFileSync(main.config, "[unified]\nurl = nowhere\n");
    await post(main, "/api/v1/sync", undefined, 409);
    fs.writeFileSync(main.config, configured);

    const reason = "не туда";
    await post(main, "/api/v1/entries/1/amend", { fields: { basis_type: "application" }, reason }, 409);
    await post(main, "/api/v1/entries/1/retry", undefined, 409);
    await post(main, "/api/v1/entries/77/retry", undefined, 404);
});

test("entries that two PCs changed, and that others did", async () => {
    assert.equal(typeof (await post(main, "/api/v1/pair")).json.code, "string");
    second = await Office.start({ signature: false, beside: main });
    const there = async () => (await get(second, "/api/v1/entries?pulled=1")).json.entries;
    const { id } = await entryOf(main, 1);
    await reached(async () => (await there()).some(entry => entry.id === id), "the second PC has it");
    for (const office of [main, second]) await post(office, "/api/v1/pause");
    const fields = [{ minutes: 70 }, { minutes: 80 }];
    for (const [at, office] of [main, second].entries())
        await post(office, `/api/v1/entries/${id}/amend`, { fields: fields[at], reason: "уточнено" });
    for (const office of [main, second]) await post(office, "/api/v1/resume");
    const conflicts = async () => (await get(main, "/api/v1/conflicts")).json.conflicts;
    await reached(async () => (await conflicts()).length === 1, "a conflict");
    await post(main, `/api/v1/entries/${id}/resolve`, { choices: { minutes: { text: 0 } } }, 422);
    await post(main, `/api/v1/entries/${id}/resolve`, { choices: {} }, 400);
    await post(main, "/api/v1/entries/77/resolve", { choices: {}, keep: "mine" }, 404);
    await post(main, `/api/v1/entries/${id}/resolve?withdraw=1`, { choices: { minutes: "theirs" }, reason: "по делу" });
    await post(main, `/api/v1/entries/${id}/resolve`, { choices: {}, keep: "mine" }, 409);
    await post(main, "/api/v1/foreign/drop", { of_entries: false });
    await post(main, "/api/v1/foreign/drop", {}, 400);
});

/// From now on the unified system refuses entries with the time that was spent.
async function refuseMinutes() {
    const design = `${main.url}/_design/register`;
    const rules = await (await fetch(design)).json();
    delete rules.allowedFields.entry.minutes;
    const put = await fetch(design, { method: "PUT", body: JSON.stringify(rules), headers: { "Content-Type": "application/json" } });
    assert.equal(put.status, 201, await put.text());
}

test("what the unified system refuses", async () => {
    await refuseMinutes();
    const { number } = (await post(main, "/api/v1/entries", { ...kEntry, basis_number: "2-1" }, 201)).json;
    const refused = async () => (await get(main, "/api/v1/quarantine?first=1&limit=10")).json.entries;
    await reached(async () => (await refused()).length === 1, "the entry is refused");
    await get(main, "/api/v1/quarantine?limit=0", 400);
    await get(main, `/api/v1/report?month=${month}`);
    await post(main, `/api/v1/entries/${number}/retry`);
    await post(main, "/api/v1/entries/1/amend?withdraw=1", { fields: { basis_type: "application" }, reason: "не туда" });
    await post(main, "/api/v1/entries/1/classify", { disclosure: "full", reason: "не туда" }, 409);
});

test("outages", async () => {
    await main.stopUnified();
    await reached(async () => (await statusOf(main)).state === "offline", "offline");
    await get(main, "/api/v1/outages?month=none", 400);
    assert.equal((await get(main, "/api/v1/outages")).json.outages.length, 1);
    for (const format of ["json", "csv", "text"]) await get(main, `/api/v1/outages?month=${month}&format=${format}&language=kk`);
});

test("a register that comes back, and its signatures", async () => {
    restored = await Office.start({ register: false, signature: true, beside: main });
    const asked = { file: main.backup, recovery_code: main.recoveryCode, continue_book: false };
    const { lines } = await post(restored, "/api/v1/restore", asked);
    assert.equal(lines.at(-1).result.entries, 5, JSON.stringify(lines));
    await post(restored, "/api/v1/book", { decision: "later" }, 400);
    await post(restored, "/api/v1/book", { decision: "continue" });

    await post(restored, "/api/v1/entries", { ...kEntry, basis_number: "3-1" }, 201);
    const { tasks } = (await get(restored, "/api/v1/signing?first=1&limit=10")).json;
    await get(restored, "/api/v1/signing?limit=0", 400);
    const [{ id, version, bytes }] = tasks;
    assert.equal((await get(restored, `/api/v1/entries/${id}/signing`)).json.bytes, bytes);
    await get(restored, "/api/v1/entries/77/signing", 404);
    const key = path.join(restored.folder, "key.p12");
    execFileSync(program("make_test_key"), ["gost", key, "secret", "--iin", kIin, "--name", "СЕРІКОВА ӘЛИЯ"]);
    const cms = execFileSync(program("sign_with_key"), [key, "secret"],
        { input: Buffer.from(bytes).toString("base64") + "\n", encoding: "utf8" }).trim();
    await post(restored, `/api/v1/entries/${id}/signature`, { version, cms: "AAAA" }, 409);
    await post(restored, `/api/v1/entries/${id}/signature`, { version }, 400);
    await post(restored, "/api/v1/entries/77/signature", { version, cms }, 404);
    await post(restored, `/api/v1/entries/${id}/signature`, { version, cms });
    assert.notEqual((await entryOf(restored, id)).signature, null);
    await get(restored, `/api/v1/entries/${id}/history`);
});

test("sessions of the page", async () => {
    const page = { port: true, headers: { Origin: main.address } };
    const { json: { id, code, address } } = await post(main, "/api/v1/page/code", undefined, 201);
    assert.equal(address, `${main.address}/`);
    await post(main, "/api/v1/page/typed-code", undefined, 201);
    await ask(main, 401, "POST", "/api/v1/session", page);
    const headers = { ...page.headers, Authorization: `Code ${code}` };
    const { json: { session, token } } = await ask(main, 201, "POST", "/api/v1/session", { port: true, headers });
    assert.equal((await get(main, `/api/v1/page/code/${id}`)).json.state, "traded");
    const { proof } = (await get(main, `/healthz?session=${session}&challenge=${"0f".repeat(16)}`, 200, { port: true })).json;
    assert.match(proof, /^[0-9a-f]{64}$/);
    const inside = { port: true, headers: { ...page.headers, Authorization: `Bearer ${session}.${token}` } };
    await get(main, "/status", 200, inside);
    await ask(main, 200, "POST", "/api/v1/session/end", inside);
    await ask(main, 401, "POST", "/api/v1/session/end", inside);
    await post(main, "/api/v1/page/end");
});

test("a stranger on the status port is told of nothing else", async () => {
    for (const { template, method, operation } of described.operations()) {
        const target = template.replaceAll(/\{\w+\}/g, "1");
        const isForAnyone = operation.security?.length === 0 || template === "/api/v1/session";
        const answer = await asked(main, method.toUpperCase(), target, { port: true });
        assert.equal(answer.status === 404, !isForAnyone, `${method} ${template}: ${answer.status}`);
        await ask(main, 403, method.toUpperCase(), target, { port: true, headers: { Host: "example.com" } });
    }
    const { entries, ...others } = (await get(main, "/status", 200, { port: true })).json;
    assert.deepEqual(["recorded", "local"].filter(name => name in entries), []);
    assert.deepEqual(["store", "foreign", "backup", "timestamps"].filter(name => name in others), []);
});

test("nothing is described that no answer showed", () => {
    assert.deepEqual(described.unseen(), []);
});
