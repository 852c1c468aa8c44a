// Decisions, documents, the state, the first run: each in three languages; scripts in every field; no foreign request.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { kEntries, screenTitled } from "./acts.mjs";
import { findings, kLanguages, launch, tab } from "./browser.mjs";
import { kRoot, Office } from "./office.mjs";

let office;
let browser;
before(async () => {
    office = await Office.start({ signature: false });
    for (const entry of kEntries) office.tizilim("add", ...entry);
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await office?.stop();
});

async function opened(screen, options = {}) {
    const page = await tab(browser, options);
    await page.goto(office.open());
    await page.waitForSelector("#f-basis_type");
    if (screen !== "new") await screenTitled(page, screen);
    return page;
}

for (const language of kLanguages) {
    test(`in ${language} the form is shown as it prints, the report and the outages as text`, async () => {
        const page = await opened("documents", { language });

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
        const page = await opened("state", { language });
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
        const page = await opened("decide", { language });

        await page.waitForSelector("main p.none");

        assert.deepEqual(await findings(page), []);
        await page.context().close();
    });

    test(`in ${language} the first run makes a register, and a group of the code is typed back`, async () => {
        const empty = await Office.start({ register: false });
        const page = await tab(browser, { language });
        await page.goto(empty.open());
        await page.waitForSelector("#recovery");
        assert.deepEqual(await findings(page), []);

        await page.click("section[aria-labelledby=new-register] button[type=submit]");
        await page.waitForSelector(".code.mono span");
        const groups = await page.locator(".code.mono span").allTextContents();
        assert.deepEqual(await findings(page), []);
        await page.waitForTimeout(2500);
        const asked = Number(/\d+/.exec(await page.textContent("label[for=group]"))[0]);
        await page.fill("#group", "nope");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#group-error");
        await page.fill("#group", groups[asked - 1]);
        await page.keyboard.press("Enter");
        await page.click("section[aria-labelledby=unified-title] > p.buttons button");

        await page.waitForSelector("#f-basis_type");
        await page.context().close();
        await empty.stop();
    });
}

test("delivery is paused and resumed", async () => {
    const page = await opened("state");

    await page.click("section[aria-labelledby=delivery-title] .buttons button >> nth=1");
    await page.waitForSelector(".sentence.act");
    await page.click("section[aria-labelledby=delivery-title] .buttons button >> nth=1");

    await page.waitForSelector(".sentence:not(.act)");
    await page.context().close();
});

test("a file with a wrong row imports nothing, then its good rows when that is agreed to", async () => {
    const page = await opened("documents");
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
    const page = await opened("documents");

    const [file] = await Promise.all([page.waitForEvent("download"),
        page.click("section[aria-labelledby=export-title] .buttons button >> nth=0")]);

    assert.equal(file.suggestedFilename(), "tizilim.csv");
    await page.context().close();
});

test("scripts in every field stay text, and nothing of another origin is asked", async () => {
    const script = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>";
    const page = await opened("new");
    await page.selectOption("#f-basis_type", "investigator_resolution");
    for (const field of ["basis_number", "basis_issuer", "essence"]) await page.fill(`#f-${field}`, script);
    await page.fill("#f-basis_date", "-1");
    await page.fill("#f-minutes", "30");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".note.good");

    await screenTitled(page, "register");
    await page.waitForSelector("table.entries tbody tr");
    await page.fill("#search", "onerror");
    await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length === 1);
    await page.click("table.entries tbody th button");
    await page.waitForSelector(".history li");
    await page.click(".one .buttons button >> nth=0");
    await page.fill("#reason", script);
    await page.fill("#f-minutes", "31");
    await page.click("section.entry button[type=submit]");
    await page.waitForFunction(() => document.querySelectorAll(".history > li").length === 2);
    await screenTitled(page, "documents");
    await page.click(".print-form button[type=submit]");
    await page.waitForFunction(() =>
        document.querySelector(".sheet > div").shadowRoot?.textContent.includes("onerror"));

    assert.notEqual(await page.title(), "ran");
    assert.equal(await page.evaluate(() => document.querySelectorAll("img, script:not([src])").length), 0);
    assert.equal(await page.evaluate(() =>
        document.querySelector(".sheet > div").shadowRoot.querySelectorAll("img, script").length), 0);
    const foreign = page.requests.filter(address => !address.startsWith(office.address + "/") &&
        !address.startsWith(`blob:${office.address}/`));
    assert.deepEqual(foreign, []);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test("on 320 px nothing is cut off to the side", async () => {
    for (const screen of ["new", "register", "sign", "decide", "documents", "state"]) {
        const page = await opened("new", { width: 320, height: 640, language: "kk" });
        if (screen !== "new") await screenTitled(page, screen);
        await page.waitForTimeout(400);

        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 320, `${screen}: ${width} px`);
        await page.context().close();
    }
});
