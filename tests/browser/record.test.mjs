// Recording by the keyboard, in three languages.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fillEntry, opened } from "./acts.mjs";
import { findings, kLanguages, launch } from "./browser.mjs";
import { Office } from "./office.mjs";

const kSaved = { kk: /№ \d+ дискіге жазылды, \d\d:\d\d/, ru: /№ \d+ записана на диск, \d\d:\d\d/,
    en: /№ \d+ is recorded on the disk, \d\d:\d\d/ };

let office;
let browser;
before(async () => {
    office = await Office.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await office?.stop();
});

function entries() { return JSON.parse(office.tizilim("list", "--json")).entries; }

for (const language of kLanguages)
    describe(`in ${language}`, () => {
        test("the code is not left in the address", async () => {
            const page = await opened(browser, office, { language });

            assert.equal(new URL(page.url()).hash, "");
            await page.context().close();
        });

        test("an entry is recorded by keys alone, and undone", async () => {
            const page = await opened(browser, office, { language });
            let strokes = 0;
            const press = async (...keys) => {
                for (const key of keys) await page.keyboard.press(key);
                strokes += keys.length;
            };
            const type = async text => {
                await page.keyboard.type(text);
                strokes += text.length;
            };
            await page.focus("#f-basis_type");

            await type("1");
            await press("Tab");
            await type(`5/${language}`);
            await press("Tab");
            await type("-1");
            await press("Tab");
            await type("СО УП");
            await press("Tab");
            await type("Допрос");
            await press("Tab", "Tab");
            await type("1:30");
            await press("Control+Enter");
            const note = page.locator(".note.good strong");
            await note.waitFor();

            assert.match(await note.textContent(), kSaved[language]);
            assert.ok(strokes <= 40, `${strokes} key strokes`);
            const last = entries().at(-1);
            assert.equal(last.basis_number, `5/${language}`);
            assert.equal(last.form, "criminal_prosecution_bodies");
            assert.equal(last.minutes, 90);
            assert.equal(await page.inputValue("#f-basis_number"), "");
            assert.equal(await page.evaluate(() => document.activeElement.id), "f-application_date");

            await page.click(".note.good .buttons button >> nth=-1");
            await page.fill("#reason", "қате");
            await page.keyboard.press("Enter");
            await page.waitForSelector("dialog", { state: "detached" });

            assert.equal(entries().at(-1).state, "void");
            assert.deepEqual(page.complaints, []);
            await page.context().close();
        });

        test("what leaves and what stays is shown before it is recorded", async () => {
            const page = await opened(browser, office, { language });

            await fillEntry(page, { essence: "құпия мән" });
            const leaves = page.locator(".side.leaves");
            const stays = page.locator(".side.stays");

            assert.ok(!(await leaves.textContent()).includes("құпия мән"));
            assert.ok((await stays.textContent()).includes("құпия мән"));
            await page.check("#f-minor");
            await page.waitForSelector(".side.leaves .none");
            assert.ok((await stays.textContent()).includes("21/2026"));
            await page.context().close();
        });

        test("what is wrong stands under its field, and the first of them has the focus", async () => {
            const page = await opened(browser, office, { language });

            await page.fill("#f-minutes", "когда-то");
            await page.keyboard.press("Control+Enter");
            await page.waitForSelector("#f-minutes-error");

            assert.equal(await page.evaluate(() => document.activeElement.id), "f-basis_type");
            assert.equal(await page.getAttribute("#f-minutes", "aria-invalid"), "true");
            assert.deepEqual(await findings(page), []);
            await page.context().close();
        });
    });

test("a second one like it asks once", async () => {
    const page = await opened(browser, office);
    const count = entries().length;
    const record = async () => {
        await fillEntry(page, { number: "77/2026", minutes: "30" });
        await page.keyboard.press("Control+Enter");
    };

    await record();
    await page.waitForSelector(".note.good");
    await record();
    await page.waitForSelector(".note.act button");
    assert.equal(entries().length, count + 1);
    await page.click(".note.act button");
    await page.waitForFunction(() => document.querySelector("#f-basis_number").value === "");

    assert.equal(entries().length, count + 2);
    await page.context().close();
});

test("two clicks on the button record once", async () => {
    const page = await opened(browser, office);
    const count = entries().length;

    await fillEntry(page, { number: "78/2026", minutes: "30" });
    await page.dblclick("form.entry button[type=submit]");
    await page.waitForSelector(".note.good");
    await page.waitForTimeout(300);

    assert.equal(entries().length, count + 1);
    await page.context().close();
});

test("Ctrl+D takes the last case over", async () => {
    const page = await opened(browser, office);
    await page.waitForSelector(".title kbd");

    await page.keyboard.press("Control+d");

    const last = entries().filter(entry => entry.state !== "void").at(-1);
    await page.waitForFunction(text => document.querySelector("#f-basis_number").value === text, last.basis_number);
    assert.equal(await page.inputValue("#f-basis_issuer"), last.basis_issuer);
    assert.equal(await page.inputValue("#f-minutes"), "");
    await page.context().close();
});

test("a draft survives another screen, and issuers are completed from earlier entries", async () => {
    const page = await opened(browser, office);

    await page.fill("#f-essence", "недописано");
    await page.click('nav a[href="#/register"]');
    await page.waitForSelector("#search");
    await page.click('nav a[href="#/new"]');

    await page.waitForFunction(() => document.querySelector("#f-essence")?.value === "недописано");
    await page.waitForSelector('#f-basis_issuer-list option[value="СО УП"]', { state: "attached" });
    await page.context().close();
});

test("the stopwatch shows while one works, and gives its time", async () => {
    const page = await opened(browser, office);

    await page.click(".stopwatch button");
    await page.waitForSelector("[role=timer]");
    await page.click(".stopwatch button");

    assert.equal(await page.inputValue("#f-minutes"), "1");
    await page.context().close();
});
