#!/usr/bin/env node
// Pictures of every screen in three languages, light and dark, wide and narrow: screens.mjs [FOLDER], build/screens
// without one. They are to be looked at.
import fs from "node:fs";
import path from "node:path";
import { kLanguages, launch, tab } from "./browser.mjs";
import { kRoot, Office } from "./office.mjs";
import { fillEntry, kEntries, screenTitled } from "./acts.mjs";

const folder = path.resolve(process.argv[2] ?? path.join(kRoot, "build/screens"));
const only = process.argv[3];
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });

const office = await Office.start();
const empty = await Office.start({ register: false });
const browser = await launch();
for (const entry of kEntries) office.tizilim("add", ...entry);

async function shoot(page, name) {
    await page.waitForTimeout(350);
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}

async function walk(page, name) {
    await page.goto(office.address);
    await page.waitForSelector(".come-in");
    await shoot(page, `${name}-0-locked`);
    await page.goto("about:blank");
    await page.goto(office.open());
    await page.waitForSelector("#f-basis_type");
    await fillEntry(page, { essence: "Обжалование постановления о признании подозреваемым" });
    await shoot(page, `${name}-1-new`);
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#f-minutes-error");
    await shoot(page, `${name}-1-new-wrong`);
    await screenTitled(page, "register");
    await page.waitForSelector("table.entries tbody tr");
    await shoot(page, `${name}-2-register`);
    await page.click("table.entries tbody tr th button");
    await page.waitForSelector(".history li");
    await shoot(page, `${name}-3-entry`);
    await page.click(".one .buttons button >> nth=0");
    await page.waitForSelector("#reason");
    await shoot(page, `${name}-3-entry-amend`);
    await screenTitled(page, "sign");
    await page.waitForSelector("table.entries tbody tr");
    await page.click("main .buttons button.primary");
    await page.waitForSelector("main .note.bad");
    await shoot(page, `${name}-4-sign`);
    await screenTitled(page, "decide");
    await shoot(page, `${name}-5-decide`);
    await screenTitled(page, "documents");
    await page.click(".print-form button[type=submit]");
    await page.click("section[aria-labelledby=report-title] button[type=submit]");
    await page.waitForSelector("pre.report");
    await shoot(page, `${name}-6-documents`);
    await screenTitled(page, "state");
    await page.waitForSelector("#backup-folder");
    await shoot(page, `${name}-7-state`);
    await page.keyboard.press("Shift+Slash");
    await page.waitForSelector("dialog[open]");
    await shoot(page, `${name}-9-keys`);
    await page.goto("about:blank");
    await page.goto(empty.open());
    await page.waitForSelector("#recovery");
    await shoot(page, `${name}-8-first`);
}

try {
    for (const language of kLanguages)
        for (const [look, options] of [["light", {}], ["dark", { dark: true }], ["narrow", { width: 320, height: 640 }]]) {
            if (only && only !== `${language}-${look}`) continue;
            const page = await tab(browser, { language, ...options });
            await walk(page, `${language}-${look}`);
            await page.context().close();
        }
} finally {
    await browser.close();
    await office.stop();
    await empty.stop();
}
console.log(folder);
