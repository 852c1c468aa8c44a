// Decisions, documents, the state: each in three languages.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { changed, groupsShown, kEntries, officeWithEntries, opened, screenTitled, typeGroupBack } from "./acts.mjs";
import { findings, kLanguages, launch, tab } from "./browser.mjs";
import { kRoot, Office } from "./office.mjs";

let office;
let browser;
before(async () => {
    office = await officeWithEntries({ signature: false });
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await office?.stop();
});

for (const language of kLanguages) {
    test(`in ${language} the form is shown as it prints, the report and the outages as text`, async () => {
        const page = await opened(browser, office, { screen: "documents", language });

        await page.click(".print-form button[type=submit]");
        await page.waitForFunction(() =>
            document.querySelector(".sheet > div").shadowRoot?.querySelectorAll("tbody tr").length >= 4);
        await page.click("section[aria-labelledby=report-title] button[type=submit]");
        await page.waitForSelector("pre.report");
        await page.click("section[aria-labelledby=outages-title] button[type=submit]");
        await page.waitForFunction(() => document.querySelectorAll("pre.report").length === 2);

        assert.match(await page.textContent("pre.report >> nth=0"), /330/);
        assert.deepEqual(await findings(page), []);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

    test(`in ${language} the state is shown, the register checked, a backup made`, async () => {
        const page = await opened(browser, office, { screen: "state", language });
        await page.waitForFunction(() => document.querySelector("#backup-folder")?.value !== "");

        await page.click("section[aria-labelledby=backup-title] button[type=submit]");
        await page.waitForSelector("section[aria-labelledby=backup-title] .note.good");
        await page.click("section[aria-labelledby=whole-title] button");
        await page.waitForSelector("section[aria-labelledby=whole-title] .note.good");

        assert.deepEqual(await findings(page), []);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

    test(`in ${language} nothing waits for a decision`, async () => {
        const page = await opened(browser, office, { screen: "decide", language });

        await page.waitForSelector("main p.none");

        assert.deepEqual(await findings(page), []);
        await page.context().close();
    });
}

test("delivery is paused and resumed", async () => {
    const page = await opened(browser, office, { screen: "state" });

    await page.click("section[aria-labelledby=delivery-title] .buttons button >> nth=1");
    await page.waitForSelector(".sentence.act");
    await page.click("section[aria-labelledby=delivery-title] .buttons button >> nth=1");

    await page.waitForSelector(".sentence:not(.act)");
    await page.context().close();
});

test("a file with a wrong row imports nothing, then its good rows when that is agreed to", async () => {
    const page = await opened(browser, office, { screen: "documents" });
    const rows = fs.readFileSync(path.join(kRoot, "tests/data/register-ru.csv"), "utf8").split("\n").slice(0, 4);
    rows[2] = rows[2].replace("inquirer_resolution", "no_such_basis");
    const count = () => JSON.parse(office.tizilim("status", "--json")).entries.recorded;
    const before = count();

    await page.setInputFiles("#import-file",
        { name: "r.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\n") + "\n") });
    await page.click("section[aria-labelledby=import-title] .buttons button");
    await page.waitForSelector("table.errors tbody tr");
    assert.equal(count(), before);
    await page.click("section[aria-labelledby=import-title] .buttons button >> nth=1");
    await page.waitForSelector("section[aria-labelledby=import-title] .note.good");

    assert.equal(count(), before + 2);
    await page.context().close();
});

test("an export is kept as a file", async () => {
    const page = await opened(browser, office, { screen: "documents" });

    const [file] = await Promise.all([page.waitForEvent("download"),
        page.click("section[aria-labelledby=export-title] .buttons button >> nth=0")]);

    assert.equal(file.suggestedFilename(), "tizilim.csv");
    await page.context().close();
});

const kDecideWords = { kk: /жаңа кітапта жалғастыр/, ru: /продолжайте в новой книге/, en: /Go on in a new book/ };
for (const language of kLanguages)
    test(`in ${language} an older copy of the register waits for a decision, which is made by a button`, async () => {
        const own = await Office.start({ signature: false });
        own.tizilim("add", ...kEntries[2]);
        await own.stopDaemon();
        own.keepCopy();
        await own.startDaemon();
        own.tizilim("add", ...changed(kEntries[2], 3, "2-519"));
        await own.stopDaemon();
        own.putCopyBack();
        await own.startDaemon();
        const before = JSON.parse(own.tizilim("status", "--json")).agent.book;
        const page = await tab(browser, { language });
        await page.goto(own.open());
        await page.waitForSelector(".sentence.bad");
        assert.ok(!/tizilim init|`/.test(await page.textContent("header")));
        await screenTitled(page, "state");

        const whole = "section[aria-labelledby=whole-title]";
        await page.waitForSelector(`${whole} .buttons button.danger`);
        assert.match(await page.textContent(whole), kDecideWords[language]);
        assert.deepEqual(await findings(page), []);
        await page.click(`${whole} .buttons button.primary`);
        await page.waitForSelector(`${whole} button.danger`, { state: "detached" });

        assert.notEqual(JSON.parse(own.tizilim("status", "--json")).agent.book, before);
        await page.waitForFunction(() => document.querySelectorAll("section[aria-labelledby=whole-title] tbody tr").length === 2);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
        await own.stop();
    });

test("another recovery code is shown once, and leaves when it is typed back", async () => {
    const page = await opened(browser, office, { screen: "state" });

    await page.click("section[aria-labelledby=recovery-title] button");
    await typeGroupBack(page, await groupsShown(page));
    await page.waitForSelector("#backup-folder");

    assert.equal(await page.locator(".code.mono").count(), 0);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});
