// The register: its list, the search, one entry and what is done to it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kEntries, screenTitled } from "./acts.mjs";
import { findings, kLanguages, launch, tab } from "./browser.mjs";
import { Office } from "./office.mjs";

let office;
let browser;
before(async () => {
    office = await Office.start();
    for (const entry of kEntries) office.tizilim("add", ...entry);
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await office?.stop();
});

async function opened(options = {}) {
    const page = await tab(browser, options);
    await page.goto(office.open());
    await screenTitled(page, "register");
    await page.waitForSelector("table.entries tbody tr");
    return page;
}

async function openEntry(page, number) {
    await page.click(`table.entries tbody th button:text-is("№ ${number}")`);
    await page.waitForSelector(".history li");
}

for (const language of kLanguages)
    test(`in ${language} the newest comes first, and a row opens its entry`, async () => {
        const page = await opened({ language });

        const numbers = await page.locator("table.entries tbody th").allTextContents();
        assert.deepEqual(numbers, numbers.toSorted((a, b) => Number(b.slice(2)) - Number(a.slice(2))));
        assert.deepEqual(await findings(page), []);
        await openEntry(page, 1);

        assert.match(await page.textContent(".side.stays"), /Защита подозреваемого при допросе/);
        assert.deepEqual(await findings(page), []);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

test("the search finds as one types, by the slash", async () => {
    const page = await opened();

    await page.keyboard.press("Slash");
    await page.keyboard.type("алимент");
    await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length === 1);

    assert.match(await page.textContent("table.entries tbody tr"), /алиментов/);
    await page.context().close();
});

test("a state and a month filter", async () => {
    const page = await opened();

    await page.selectOption("#state", "local");
    await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length === 2);
    await page.selectOption("#state", "");
    await page.fill("#month", "01.2020");

    await page.waitForFunction(() => document.querySelectorAll("table.entries").length === 0);
    await page.context().close();
});

test("an amendment asks for a reason, and the history tells it", async () => {
    const page = await opened();
    await openEntry(page, 2);

    await page.click(".one .buttons button >> nth=0");
    await page.fill("#f-minutes", "1:10");
    await page.click("section.entry button[type=submit]");
    await page.waitForSelector("#reason-error");
    await page.fill("#reason", "время уточнено");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".note.good");

    await page.waitForFunction(() => document.querySelectorAll(".history > li").length === 2);
    assert.match(await page.textContent(".history"), /время уточнено/);
    assert.equal(JSON.parse(office.tizilim("show", "2", "--json")).minutes, 70);
    await page.context().close();
});

test("what is wrong in an amendment stands under its field", async () => {
    const page = await opened();
    await openEntry(page, 2);

    await page.click(".one .buttons button >> nth=0");
    await page.fill("#f-basis_issuer", "");
    await page.fill("#f-minutes", "0");
    await page.fill("#reason", "проба");
    await page.keyboard.press("Enter");

    await page.waitForSelector("#f-minutes-error");
    await page.context().close();
});

test("withdrawing asks for the number", async () => {
    const page = await opened();
    await openEntry(page, 3);

    await page.click(".one .buttons button >> nth=2");
    await page.selectOption("#class", "withdrawn");
    await page.fill("#reason", "по просьбе");
    await page.fill("#typed", "2");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog .note.bad");

    assert.equal(JSON.parse(office.tizilim("show", "3", "--json")).disclosure, "partial");
    assert.deepEqual(await findings(page), []);
    await page.context().close();
});

test("all of one case are found", async () => {
    const page = await opened();
    await openEntry(page, 1);

    await page.click(".one .buttons button >> nth=3");
    await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length === 1);

    assert.equal(await page.inputValue("#search"), "17/2026");
    await page.context().close();
});
