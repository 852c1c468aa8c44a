// What there is to see, scene by scene, for pictures. A scene leaves the offices as others want to find them; where it
// can't, it starts one of its own.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { changed, fillEntry, groupsShown, kEntries, kShown, officeWithEntries, screenTitled, typeGroupBack } from "./acts.mjs";
import { kIin, kRoot, Office, until } from "./office.mjs";
import { Refusing } from "./refusing.mjs";

const kAccount = { user: "office", password: "sesame open" };
const kDay = 86_400_000;

function statusOf(office) { return JSON.parse(office.tizilim("status", "--json")); }

/// Delivers until `check` is true.
async function delivered(offices, check, what) {
    await until(async () => {
        for (const office of offices) office.tizilim("sync");
        await new Promise(wake => setTimeout(wake, 300));
        return check();
    }, what);
}

/// An entry of nine days ago from another register, so that days without one lie between.
function importOld(office) {
    const day = new Date(Date.now() - 9 * kDay).toISOString().slice(0, 10);
    const file = path.join(office.folder, "rows.csv");
    fs.writeFileSync(file, "application_date,recorded_date,late_reason,basis_type,basis_number,basis_date,basis_issuer," +
        `essence,form,minutes,minor,disclosure,language\n${day},${day},,application,б/н,${day},Гр. Ахметов,` +
        "Консультация о порядке обжалования,legal_information,45,,,ru\n");
    office.tizilim("import", file);
}

/// Two PCs of one lawyer: delivered, kept here, void, late, refused, in conflict.
async function startBusy(refusing) {
    refusing.isRefusing = false;
    const busy = await officeWithEntries({ signature: false, between: url => refusing.before(url) });
    busy.tizilim("add", ...changed(kEntries[0], 9, "Ознакомление с материалами дела"));
    busy.tizilim("void", "5", "--reason", "записана дважды");
    importOld(busy);
    const other = await Office.start({ signature: false, beside: busy });
    const pulled = () => JSON.parse(other.tizilim("list", "--pulled", "--json")).entries;
    await delivered([busy, other], () => pulled().length >= 2, "the second PC has them");
    for (const office of [busy, other]) office.tizilim("pause");
    for (const { id } of pulled().slice(0, 2)) {
        busy.tizilim("amend", id, "--minutes", "70", "--reason", "уточнено по журналу");
        other.tizilim("amend", id, "--minutes", "80", "--reason", "уточнено по памяти");
    }
    for (const office of [busy, other]) office.tizilim("resume");
    await delivered([busy, other], () => statusOf(busy).conflicts > 0, "a conflict");
    refusing.isRefusing = true;
    busy.tizilim("add", ...changed(kEntries[2], 3, "2-519"));
    await delivered([busy], () => statusOf(busy).entries.quarantined === 1, "one is refused");
    return [busy, other];
}

/// A register whose folder was put back to what it was before.
async function startOldCopy() {
    const office = await Office.start({ signature: false });
    office.tizilim("add", ...kEntries[2]);
    await office.stopDaemon();
    office.keepCopy();
    await office.startDaemon();
    office.tizilim("add", ...changed(kEntries[2], 3, "2-519"));
    await office.stopDaemon();
    office.putCopyBack();
    await office.startDaemon();
    return office;
}

export async function startOffices() {
    const refusing = new Refusing();
    const [busy, other] = await startBusy(refusing);
    const signing = await officeWithEntries();
    const calm = await officeWithEntries({ signature: false });
    calm.tizilim("backup", path.join(calm.folder, "backups"));
    await delivered([calm], () => statusOf(calm).state === "synced", "all is delivered");
    const oldCopy = await startOldCopy();
    const stop = async () => {
        for (const office of [other, busy, signing, calm, oldCopy]) await office.stop();
        await refusing.stop();
    };
    return { busy, signing, calm, oldCopy, stop };
}

async function enter(stage, office, screen = "new", options = {}) {
    const page = await stage.open(options);
    await page.goto(office.open());
    if (screen !== "new") await screenTitled(page, screen);
    await page.waitForSelector(kShown[screen]);
    return page;
}

async function comeIn(stage, { calm }) {
    const page = await stage.open();
    await page.goto(calm.address);
    await page.waitForSelector(".figures dd");
    await stage.shoot(page, "come-in");
    await page.fill("#code", "1234");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#code-error");
    await stage.shoot(page, "come-in-few-digits");
    await page.fill("#code", "1234 5678");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".note.bad");
    await stage.shoot(page, "come-in-wrong");
    await page.goto("about:blank");
    await page.goto(calm.open());
    await page.waitForSelector("#f-basis_type");
    calm.tizilim("open", "--end");
    await page.waitForSelector(".come-in");
    await stage.shoot(page, "come-in-ended");
    await page.context().close();
}

async function newEntry(stage, { signing, calm }) {
    const page = await enter(stage, signing);
    await stage.shoot(page, "new-empty");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".field.wrong");
    await stage.shoot(page, "new-missing");
    await fillEntry(page, { essence: "Обжалование постановления о признании подозреваемым", minutes: "нескоро" });
    await page.fill("#f-application_date", "-2");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#f-minutes-error");
    await stage.shoot(page, "new-wrong");
    await page.fill("#f-minutes", "1ч30");
    await page.fill("#f-late_reason", "Не было света");
    await page.click(".stopwatch button");
    await page.waitForTimeout(500);
    await stage.shoot(page, "new-filled");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".note.good");
    await stage.shoot(page, "new-saved");
    await page.click(".note.good .buttons button >> nth=1");
    await page.waitForSelector("#reason");
    await stage.shoot(page, "new-void");
    await page.fill("#reason", "для картинки");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.context().close();
    const again = await enter(stage, calm);
    await fillEntry(again, { basis: "court_ruling_civil", number: "2-518", date: "-3", issuer: "Медеуский районный суд",
        essence: "Мүлікті бөлу туралы талап қою", minutes: "90" });
    await again.selectOption("#f-form", "court");
    await again.keyboard.press("Control+Enter");
    await again.waitForSelector(".note.act");
    await stage.shoot(again, "new-again");
    await again.context().close();
}

async function register(stage, { busy, signing }) {
    const page = await enter(stage, busy, "register");
    await page.waitForSelector("tr.gap");
    await stage.shoot(page, "register");
    await page.keyboard.press("Slash");
    await page.keyboard.type("алимент");
    await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length === 1);
    await stage.shoot(page, "register-search");
    await page.fill("#search", "нет такого слова");
    await page.waitForFunction(() => document.querySelectorAll("table.entries").length === 0);
    await stage.shoot(page, "register-nothing");
    await page.context().close();
    const waiting = await enter(stage, signing, "register");
    await stage.shoot(waiting, "register-unsigned");
    await waiting.context().close();
}

async function open(page, number) {
    await page.click(`table.entries tbody th button:text-is("№ ${number}")`);
    await page.waitForSelector(".history li");
}

async function act(page, at) {
    await page.click(`.one .buttons button >> nth=${at}`);
    await page.waitForSelector("#reason");
}

async function entry(stage, { busy }) {
    for (const [number, name] of [[1, "entry"], [5, "entry-void"], [4, "entry-minor"], [3, "entry-conflict"], [7, "entry-refused"]]) {
        const page = await enter(stage, busy, "register");
        await open(page, number);
        await stage.shoot(page, name);
        await page.context().close();
    }
    const page = await enter(stage, busy, "register");
    await open(page, 2);
    await act(page, 0);
    await page.fill("#f-minutes", "0");
    await page.fill("#reason", "проба");
    await page.keyboard.press("Enter");
    await page.waitForSelector("form .note.bad");
    await stage.shoot(page, "entry-amend");
    await page.click("section.entry form .buttons button >> nth=-1");
    await act(page, 1);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#reason-error");
    await stage.shoot(page, "entry-void-dialog");
    await page.click("dialog .buttons button >> nth=1");
    await act(page, 2);
    await stage.shoot(page, "entry-class");
    await page.selectOption("#class", "withdrawn");
    await page.fill("#reason", "по просьбе доверителя");
    await page.fill("#typed", "7");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog .note.bad");
    await stage.shoot(page, "entry-withdraw");
    await page.click("dialog .buttons button >> nth=1");
    await page.click(".one .buttons button >> nth=3");
    await page.waitForSelector(".title p");
    await stage.shoot(page, "case");
    await page.context().close();
}

async function meanwhile(stage, { signing }) {
    const page = await enter(stage, signing, "register");
    await open(page, 3);
    await act(page, 0);
    await page.fill("#f-essence", "Мүлікті бөлу туралы талап қоюды дайындау");
    await page.fill("#reason", "уточнено");
    const { minutes } = JSON.parse(signing.tizilim("show", "3", "--json"));
    signing.tizilim("amend", "3", "--minutes", String(minutes + 1), "--reason", "в другом месте");
    await page.click("section.entry button[type=submit]");
    await page.waitForSelector("table.meanwhile");
    await stage.shoot(page, "meanwhile");
    await page.context().close();
    const other = await enter(stage, signing, "register");
    await open(other, 3);
    await act(other, 1);
    await other.fill("#reason", "дубль");
    signing.tizilim("amend", "3", "--minutes", String(minutes + 2), "--reason", "в другом месте");
    await other.click("dialog form button[type=submit]");
    await other.waitForSelector("dialog table.meanwhile");
    await stage.shoot(other, "meanwhile-void");
    await other.context().close();
}

const kSigningFailures = ["cancelled", "error", "no_module", "garbage", "closed"];

async function sign(stage, { signing, calm }) {
    const page = await enter(stage, signing, "sign");
    const begin = () => page.click("main .buttons button.primary");
    await page.click("details summary >> nth=0");
    await stage.shoot(page, "sign");
    await begin();
    await page.waitForSelector("main .note.bad");
    await stage.shoot(page, "sign-not-running");
    for (const answer of kSigningFailures) {
        await signing.startNcalayer({ answer });
        await begin();
        await page.waitForSelector("main .note.bad");
        await stage.shoot(page, `sign-${answer}`);
    }
    for (const [name, key] of [["sign-whose", { days: 12 }], ["sign-another", { iin: "991332000406", name: "ДРУГОЙ ЧЕЛОВЕК" }]]) {
        await signing.startNcalayer(key);
        await begin();
        await page.waitForSelector("dialog[open] dl");
        await stage.shoot(page, name);
        await page.click("dialog .buttons button >> nth=-1");
        await page.waitForSelector("dialog", { state: "detached" });
    }
    await page.context().close();
    await signing.stopNcalayer();
    const own = await officeWithEntries();
    await own.startNcalayer();
    const signed = await enter(stage, own, "sign");
    await signed.click("main .buttons button.primary");
    await signed.click("dialog button.primary");
    await signed.waitForSelector("main .note.good");
    await signed.waitForSelector("main p.none");
    await stage.shoot(signed, "sign-done");
    await screenTitled(signed, "register");
    await signed.waitForSelector(kShown.register);
    await open(signed, 1);
    await stage.shoot(signed, "entry-signed");
    await signed.context().close();
    await own.stop();
    const none = await enter(stage, calm);
    await screenTitled(none, "sign");
    await none.waitForSelector("main p.none");
    await stage.shoot(none, "sign-nothing");
    await none.context().close();
}

async function decide(stage, { busy, calm }) {
    const page = await enter(stage, busy);
    await screenTitled(page, "decide");
    await page.waitForSelector(".card table tbody tr");
    await page.check(".card input[type=radio] >> nth=1");
    await stage.shoot(page, "decide");
    await page.context().close();
    const none = await enter(stage, calm, "decide");
    await stage.shoot(none, "decide-nothing");
    await none.context().close();
}

async function documents(stage, { calm }) {
    const page = await enter(stage, calm, "documents");
    await stage.shoot(page, "documents");
    const rows = fs.readFileSync(path.join(kRoot, "tests/data/register-ru.csv"), "utf8").split("\n").slice(0, 4);
    rows[2] = rows[2].replace("inquirer_resolution", "no_such_basis");
    await page.setInputFiles("#import-file",
        { name: "дела.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\n") + "\n") });
    await page.click("section[aria-labelledby=import-title] .buttons button");
    await page.waitForSelector("table.errors tbody tr");
    await page.fill("#print-month", "13.2026");
    await page.click(".print-form button[type=submit]");
    await page.waitForSelector("#print-month-error");
    await stage.shoot(page, "documents-wrong");
    await page.context().close();
    const shown = await enter(stage, calm, "documents");
    await shown.click(".print-form button[type=submit]");
    await shown.waitForFunction(() =>
        document.querySelector(".sheet > div").shadowRoot?.querySelectorAll("tbody tr").length >= 4);
    for (const kind of ["report", "outages"]) {
        await shown.click(`section[aria-labelledby=${kind}-title] button[type=submit]`);
        await shown.waitForSelector(`section[aria-labelledby=${kind}-title] pre`);
    }
    await stage.shoot(shown, "documents-shown");
    await shown.emulateMedia({ media: "print" });
    await stage.shoot(shown, "documents-paper");
    await shown.context().close();
}

async function state(stage, { busy, calm, oldCopy }) {
    const page = await enter(stage, calm, "state");
    await page.waitForFunction(() => document.querySelector("#backup-folder")?.value !== "");
    await stage.shoot(page, "state");
    await page.click("section[aria-labelledby=backup-title] button[type=submit]");
    await page.waitForSelector("section[aria-labelledby=backup-title] .note.good");
    await page.click("section[aria-labelledby=whole-title] button");
    await page.waitForSelector("section[aria-labelledby=whole-title] .note.good");
    await page.click("section[aria-labelledby=pair-title] button");
    await page.waitForSelector(".secret");
    await stage.shoot(page, "state-done");
    await page.fill("#backup-folder", "/nowhere/at/all");
    await page.click("section[aria-labelledby=backup-title] button[type=submit]");
    await page.waitForSelector("section[aria-labelledby=backup-title] .note.bad");
    await stage.shoot(page, "state-backup-wrong");
    await page.click("section[aria-labelledby=recovery-title] button");
    await page.waitForSelector(".code.mono span");
    await stage.shoot(page, "recovery-code");
    await page.context().close();
    for (const [office, name] of [[busy, "state-to-decide"], [oldCopy, "state-old-copy"]]) {
        const other = await enter(stage, office, "state");
        await stage.shoot(other, name);
        await other.context().close();
    }
}

async function head(stage, { calm }) {
    const page = await enter(stage, calm);
    await page.waitForSelector(".sentence.good");
    await stage.shoot(page, "head-good");
    await page.keyboard.press("Shift+Slash");
    await page.waitForSelector("dialog[open]");
    await stage.shoot(page, "keys");
    await page.keyboard.press("Escape");
    calm.tizilim("pause");
    await page.waitForSelector(".sentence.act");
    await stage.shoot(page, "head-paused");
    calm.tizilim("resume");
    await page.context().close();
    const own = await officeWithEntries({ signature: false });
    own.tizilim("backup", path.join(own.folder, "backups"));
    await delivered([own], () => statusOf(own).state === "synced", "all is delivered");
    const lost = await enter(stage, own);
    await own.stopUnified();
    own.tizilim("add", ...kEntries[2], "--again");
    await delivered([own], () => statusOf(own).state === "offline", "it is offline");
    await lost.waitForSelector(".sentence.calm");
    await stage.shoot(lost, "head-offline");
    await fillEntry(lost, { essence: "черновик" });
    await own.stopDaemon();
    await lost.waitForSelector(".sentence.bad");
    await stage.shoot(lost, "head-gone");
    const said = await lost.textContent(".sentence");
    const stranger = http.createServer((_request, answer) => { answer.end("{}"); });
    await new Promise(done => stranger.listen(own.port, "127.0.0.1", done));
    await lost.waitForFunction(text => document.querySelector(".sentence").textContent !== text, said);
    await stage.shoot(lost, "head-another-program");
    stranger.closeAllConnections();
    await new Promise(done => stranger.close(done));
    await lost.context().close();
    await own.stop();
}

const kSave = "section[aria-labelledby=settings-title] button[type=submit]";

async function firstRun(stage) {
    const office = await Office.start({ register: false, signature: false, configured: false, account: kAccount });
    const page = await stage.open();
    await page.goto(office.open());
    await page.waitForSelector("#s-lawyer");
    await stage.shoot(page, "first-1-settings");
    await page.setInputFiles("#setup-file",
        { name: "tizilim.ini", mimeType: "text/plain", buffer: Buffer.from("[unified]\nproxy = http://elsewhere\n") });
    await page.waitForSelector(".setup-file .note.bad");
    await page.fill("#s-iin", kIin.slice(0, -1) + (Number(kIin.at(-1)) + 1) % 10);
    await page.fill("#s-url", "htp:/unified");
    await page.fill("#s-backup_directory", path.join(office.folder, "nowhere/backups"));
    await page.click(kSave);
    await page.waitForSelector("#s-lawyer-error");
    await stage.shoot(page, "first-2-wrong");
    await page.fill("#s-lawyer", "Әлия Нұрланқызы Серікова");
    await page.fill("#s-iin", kIin);
    await page.fill("#s-bar_association", "Алматинская городская коллегия адвокатов");
    await page.fill("#s-bar_association_kk", "Алматы қалалық адвокаттар алқасы");
    await page.fill("#s-url", office.url);
    await page.fill("#s-user", kAccount.user);
    await page.fill("#s-password", "wrong word");
    await page.fill("#s-backup_directory", path.join(office.folder, "backups"));
    await page.click(kSave);
    await page.waitForSelector("#said-title");
    await page.fill("#recovery", "AAAAA-BBBBB");
    await page.fill("#file", "/nowhere.backup");
    await page.click("section[aria-labelledby=restore-register] button[type=submit]");
    await page.waitForSelector("section[aria-labelledby=restore-register] .note.bad");
    await page.fill("#join", "AAAAA");
    await page.click("section[aria-labelledby=join-register] button[type=submit]");
    await page.waitForSelector("section[aria-labelledby=join-register] .note.bad");
    await stage.shoot(page, "first-3-said");
    await page.click("section[aria-labelledby=new-register] button[type=submit]");
    const groups = await groupsShown(page);
    await page.fill("#group", "nope");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#group-error");
    await stage.shoot(page, "first-4-code");
    await typeGroupBack(page, groups);
    await page.waitForSelector("section[aria-labelledby=unified-title] .note.act");
    await stage.shoot(page, "first-5-unauthorized");
    await page.fill("#s-password", kAccount.password);
    await page.click("section[aria-labelledby=unified-title] button[type=submit]");
    await page.waitForSelector("section[aria-labelledby=unified-title] .note.good");
    await stage.shoot(page, "first-6-good");
    await page.context().close();
    await office.stop();
}

/// By their names, in the order of the screens.
export const kScenes = { comeIn, firstRun, head, newEntry, register, entry, meanwhile, sign, decide, documents, state };
