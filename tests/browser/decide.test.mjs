// A conflict of two PCs of one lawyer: shown field by field, decided on one, gone on both.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kEntries, opened } from "./acts.mjs";
import { findings, kLanguages, launch } from "./browser.mjs";
import { Office } from "./office.mjs";

let first;
let second;
let browser;
before(async () => {
    first = await Office.start({ signature: false });
    first.tizilim("add", ...kEntries[0]);
    first.tizilim("add", ...kEntries[2]);
    second = await Office.start({ signature: false, beside: first });
    browser = await launch();
    await reached(() => pulled().length === 2, "the second PC has both");
});
after(async () => {
    await browser?.close();
    await second?.stop();
    await first?.stop();
});

function pulled() { return JSON.parse(second.tizilim("list", "--pulled", "--json")).entries; }
function conflicts(office) { return JSON.parse(office.tizilim("status", "--json")).conflicts; }

async function reached(check, what) {
    for (let tries = 0; tries < 300; ++tries) {
        if (check()) return;
        first.tizilim("sync");
        second?.tizilim("sync");
        await new Promise(wake => setTimeout(wake, 200));
    }
    assert.fail(`not in time: ${what}`);
}

async function disagree(minutesHere, minutesThere) {
    for (const office of [first, second]) office.tizilim("pause");
    for (const { id } of pulled()) {
        first.tizilim("amend", id, "--minutes", minutesHere, "--reason", "уточнено");
        second.tizilim("amend", id, "--minutes", minutesThere, "--reason", "уточнено");
    }
    for (const office of [first, second]) office.tizilim("resume");
    await reached(() => conflicts(first) === 2 && conflicts(second) === 2, "two conflicts on both");
}

test("a conflict is shown field by field, and decided", async () => {
    await disagree("70", "80");
    for (const language of kLanguages) {
        const page = await opened(browser, first, { screen: "decide", shown: ".card table tbody tr", language });
        assert.deepEqual(await findings(page), []);
        await page.context().close();
    }
    const page = await opened(browser, first, { screen: "decide", shown: ".card table tbody tr" });
    assert.match(await page.textContent(".card tbody tr"), /1:10.*1:20/s);

    await page.check(".card input[type=radio] >> nth=1");
    await page.click(".card button.primary");
    await page.waitForFunction(() => document.querySelectorAll(".card").length === 1);
    await page.click(".card .buttons button >> nth=1");
    await page.waitForSelector("main p.none");

    await reached(() => conflicts(first) === 0 && conflicts(second) === 0, "decided on both");
    const minutes = pulled().map(entry => entry.minutes).sort();
    assert.deepEqual(minutes, [70, 80]);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});
