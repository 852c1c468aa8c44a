// The first run: a new register, one from a backup, the second PC of a lawyer.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { groupsShown, kEntries, officeWithEntries, opened, screenTitled, typeGroupBack } from "./acts.mjs";
import { findings, kLanguages, launch } from "./browser.mjs";
import { Office, until } from "./office.mjs";

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

function first(office, options = {}) { return opened(browser, office, { shown: "#recovery", ...options }); }

/// Whatever the unified system answers.
async function goOn(page) {
    await page.click("section[aria-labelledby=unified-title] > p.buttons button");
    await page.waitForSelector("#f-basis_type");
}

for (const language of kLanguages)
    test(`in ${language} the first run makes a register, and a group of the code is typed back`, async () => {
        const empty = await Office.start({ register: false });
        const page = await first(empty, { language });
        assert.deepEqual(await findings(page), []);

        await page.click("section[aria-labelledby=new-register] button[type=submit]");
        const groups = await groupsShown(page);
        assert.deepEqual(await findings(page), []);
        // The state that says that there is a register must not take the code away.
        await page.waitForResponse(async answer =>
            answer.url().endsWith("/status") && answer.status() === 200 && (await answer.json()).state !== "no_register");
        await page.fill("#group", "nope");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#group-error");
        await typeGroupBack(page, groups);
        await page.waitForSelector("section[aria-labelledby=unified-title]");
        assert.deepEqual(await findings(page), []);

        await goOn(page);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
        await empty.stop();
    });

test("what was backed up is restored by its code; another code restores nothing", async () => {
    const office = await officeWithEntries({ signature: false });
    const page = await opened(browser, office, { screen: "state" });
    await page.click("section[aria-labelledby=recovery-title] button");
    const groups = await groupsShown(page);
    await typeGroupBack(page, groups);
    await page.waitForFunction(() => document.querySelector("#backup-folder")?.value !== "");
    await page.click("section[aria-labelledby=backup-title] button[type=submit]");
    await page.waitForSelector("section[aria-labelledby=backup-title] .note.good");
    await page.context().close();
    // The daemon had made one by itself, which the earlier code opens.
    const file = fs.readdirSync(path.join(office.folder, "backups")).sort().at(-1);
    const other = await Office.start({ register: false, signature: false });
    const copy = path.join(other.folder, "backups", file);
    fs.copyFileSync(path.join(office.folder, "backups", file), copy);
    await office.stop();
    const restoring = await first(other);

    await restoring.fill("#file", copy);
    await restoring.fill("#recovery", ["AAAAA", ...groups.slice(1)].join("-"));
    await restoring.click("section[aria-labelledby=restore-register] button[type=submit]");
    await restoring.waitForSelector("section[aria-labelledby=restore-register] .note.bad");
    await restoring.fill("#recovery", groups.join("-"));
    await restoring.click("section[aria-labelledby=restore-register] button[type=submit]");
    await goOn(restoring);

    // They are in the book that was; what follows is recorded in a new one.
    assert.equal(JSON.parse(other.tizilim("status", "--json")).entries.recorded, kEntries.length);
    assert.deepEqual(restoring.complaints, []);
    await restoring.context().close();
    await other.stop();
});

test("the second PC joins by the code that the first shows", async () => {
    const office = await Office.start({ signature: false });
    office.tizilim("add", ...kEntries[2]);
    const second = await Office.start({ register: false, signature: false, beside: office });
    const showing = await opened(browser, office, { screen: "state" });
    await showing.click("section[aria-labelledby=pair-title] button");
    const code = await showing.textContent(".secret");
    assert.equal(await showing.locator("section[aria-labelledby=pair-title] .note.act").count(), 1);
    assert.deepEqual(await findings(showing), []);
    await showing.click("section[aria-labelledby=pair-title] button");
    assert.equal(await showing.locator(".secret").count(), 0);
    await showing.context().close();

    const joining = await first(second);
    await joining.fill("#join", code);
    await joining.click("section[aria-labelledby=join-register] button[type=submit]");
    await typeGroupBack(joining, await groupsShown(joining));
    await goOn(joining);

    const pulled = () => JSON.parse(second.tizilim("list", "--pulled", "--json")).entries.length;
    await until(() => {
        office.tizilim("sync");
        second.tizilim("sync");
        return pulled() === 1;
    }, "the first PC's entry is on the second");
    await screenTitled(joining, "register");
    await joining.selectOption("#book", "pulled");
    await joining.waitForSelector("table.entries tbody tr");
    await joining.click("table.entries tbody th button");
    await joining.waitForSelector(".history li");
    await joining.context().close();
    await second.stop();
    await office.stop();
});
