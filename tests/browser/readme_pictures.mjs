#!/usr/bin/env node
// The two pictures of the root's README, in agent/page/pictures: a new entry before it is recorded, and the register.
import fs from "node:fs";
import path from "node:path";
import { fillEntry, officeWithEntries, opened, screenTitled } from "./acts.mjs";
import { launch } from "./browser.mjs";
import { kRoot } from "./office.mjs";

const kBytesMax = 120_000;
const folder = path.resolve(process.argv[2] ?? path.join(kRoot, "agent/page/pictures"));

async function shoot(page, name) {
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForTimeout(300);
    const picture = await page.screenshot({ path: path.join(folder, name), animations: "disabled" });
    if (picture.length > kBytesMax) throw new Error(`${name}: ${picture.length} bytes, at most ${kBytesMax}`);
}

fs.mkdirSync(folder, { recursive: true });
const office = await officeWithEntries();
const browser = await launch();
try {
    const page = await opened(browser, office, { language: "en", width: 1000, height: 800 });
    await fillEntry(page, { essence: "Обжалование постановления о признании подозреваемым", minutes: "1:30" });
    await page.waitForFunction(() => document.querySelector(".side.leaves")?.textContent.includes("1:30"));
    await shoot(page, "new_entry.png");
    await screenTitled(page, "register");
    await page.waitForSelector("table.entries tbody tr");
    await page.setViewportSize({ width: 1000, height: 530 });
    await shoot(page, "register.png");
} finally {
    await browser.close();
    await office.stop();
}
