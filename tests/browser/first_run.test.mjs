// From nothing to a delivered entry, on the page alone.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { fillEntry, groupsShown, opened, typeGroupBack } from "./acts.mjs";
import { findings, kLanguages, launch } from "./browser.mjs";
import { kIin, Office } from "./office.mjs";

const kAccount = { user: "office", password: "sesame open" };
const kOffices = [];
let browser;
before(async () => { browser = await launch(); });
after(async () => {
    await browser?.close();
    for (const office of kOffices) await office.stop();
});

async function nothing() {
    const office = await Office.start({ register: false, signature: false, configured: false, account: kAccount });
    kOffices.push(office);
    return office;
}

function settings(office, options = {}) { return opened(browser, office, { shown: "#s-lawyer", ...options }); }

const kSave = "section[aria-labelledby=settings-title] button[type=submit]";

/// Makes the register, and types a group of its code back.
async function makeRegister(page) {
    await page.click("section[aria-labelledby=new-register] button[type=submit]");
    await typeGroupBack(page, await groupsShown(page));
}

for (const language of kLanguages) {
    test(`in ${language} the first run leads from nothing to a delivered entry`, async () => {
        const office = await nothing();
        const page = await settings(office, { language });
        assert.deepEqual(await findings(page), []);

        await page.click(kSave);
        await page.waitForSelector("#s-lawyer-error");
        await page.fill("#s-lawyer", "Әлия Нұрланқызы Серікова");
        await page.fill("#s-iin", kIin.slice(0, -1) + (Number(kIin.at(-1)) + 1) % 10);
        await page.waitForSelector(".note.act");
        await page.fill("#s-bar_association", "Алматинская городская коллегия адвокатов");
        await page.fill("#s-bar_association_kk", "Алматы қалалық адвокаттар алқасы");
        await page.fill("#s-url", office.url);
        await page.fill("#s-user", kAccount.user);
        await page.fill("#s-password", "wrong word");
        await page.fill("#s-backup_directory", path.join(office.folder, "nowhere/backups"));
        await page.click(kSave);
        await page.waitForSelector("#s-backup_directory-error");
        assert.deepEqual(await findings(page), []);
        await page.fill("#s-backup_directory", path.join(office.folder, "backups"));
        await page.click(kSave);
        await page.waitForSelector("#said-title");
        assert.deepEqual(await findings(page), []);
        await makeRegister(page);

        await page.waitForSelector("section[aria-labelledby=unified-title] .note.act");
        assert.deepEqual(await findings(page), []);
        await page.fill("#s-password", kAccount.password);
        await page.click("section[aria-labelledby=unified-title] button[type=submit]");
        await page.waitForSelector("section[aria-labelledby=unified-title] .note.good");
        await page.click("section[aria-labelledby=unified-title] button.primary");
        await page.waitForSelector("#f-basis_type");
        await fillEntry(page, { minutes: "135" });
        await page.keyboard.press("Control+Enter");
        await page.waitForFunction(() => [...document.querySelectorAll(".figures dd")].at(-1)?.textContent === "1");

        assert.equal(JSON.parse(office.tizilim("status", "--json")).entries.delivered, 1);
        assert.deepEqual(page.complaints, []);
        const kept = fs.readFileSync(office.config, "utf8");
        assert.match(kept, /^lawyer = Әлия Нұрланқызы Серікова$/m);
        assert.doesNotMatch(kept + fs.readFileSync(path.join(office.folder, "tizilimd.log"), "utf8"), /sesame|wrong word/);
        await page.context().close();
    });
}

test("an administrator's file fills the fields in, and what it may not say is named", async () => {
    const office = await nothing();
    const page = await settings(office);
    const choose = text => page.setInputFiles("#setup-file",
        { name: "tizilim.ini", mimeType: "text/plain", buffer: Buffer.from(text) });

    await choose("[unified]\nproxy = http://elsewhere\n");
    await page.waitForSelector(".setup-file .note.bad");
    await choose(`[register]\nlawyer = Серікова\n[unified]\nurl = ${office.url}\nuser = ${kAccount.user}\n` +
        `password = ${kAccount.password}\n`);
    await page.waitForSelector(".setup-file .note.good");
    assert.equal(await page.inputValue("#s-url"), office.url);
    await page.click(kSave);
    await page.waitForSelector("#said-title");
    await makeRegister(page);

    await page.waitForSelector("section[aria-labelledby=unified-title] .note.good");
    await page.context().close();
});

test("what was said is changed before a register is made", async () => {
    const office = await nothing();
    const page = await settings(office);
    await page.fill("#s-lawyer", "Серікова");
    await page.click(kSave);

    await page.click("section[aria-labelledby=said-title] button");
    await page.fill("#s-lawyer", "Серікова Әлия");
    await page.click(kSave);

    await page.waitForSelector("section[aria-labelledby=said-title] dd");
    await page.waitForFunction(() =>
        document.querySelector("section[aria-labelledby=said-title] dd")?.textContent === "Серікова Әлия");
    await makeRegister(page);
    await page.waitForSelector("#f-basis_type");
    await page.context().close();
});

test("on 320 px nothing of the first run is cut off to the side", async () => {
    const office = await nothing();
    const page = await settings(office, { width: 320, height: 640, language: "kk" });

    const width = await page.evaluate(() => document.documentElement.scrollWidth);

    assert.ok(width <= 320, `${width} px`);
    await page.context().close();
});
