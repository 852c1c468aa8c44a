// How the page looks to those who see it differently: narrow, enlarged, in colours of their own, on paper.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kShown, officeWithEntries, opened, screenTitled } from "./acts.mjs";
import { findings, kLanguages, launch } from "./browser.mjs";

const kScreens = Object.keys(kShown);

let office;
let browser;
before(async () => {
    office = await officeWithEntries();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await office?.stop();
});

async function* screensOf(page) {
    for (const screen of kScreens) {
        await screenTitled(page, screen);
        await page.waitForSelector(kShown[screen]);
        yield screen;
    }
}

// 640 px are 1280 px at 200 %.
for (const width of [320, 640])
    for (const language of kLanguages)
        test(`in ${language} on ${width} px nothing is cut off to the side`, async () => {
            const page = await opened(browser, office, { width, height: 480, language });

            for await (const screen of screensOf(page)) {
                const shown = await page.evaluate(() => document.documentElement.scrollWidth);
                assert.ok(shown <= width, `${screen}: ${shown} px`);
            }
            await page.context().close();
        });

for (const colours of [{ forcedColors: "active" }, { contrast: "more" }, { reducedMotion: "reduce" }])
    test(`with ${JSON.stringify(colours)} every screen can be used`, async () => {
        const page = await opened(browser, office);
        await page.emulateMedia(colours);

        for await (const screen of screensOf(page))
            assert.deepEqual(await findings(page), [], screen);
        await page.context().close();
    });

test("with forced colours what is chosen and what is wrong keeps a border", async () => {
    const page = await opened(browser, office);
    await page.emulateMedia({ forcedColors: "active" });
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".field.wrong");

    const widths = await page.evaluate(() => [".sentence", "nav a[aria-current]", ".field.wrong select", ".field.wrong input"]
        .map(name => getComputedStyle(document.querySelector(name)))
        .map(style => parseFloat(style.borderInlineStartWidth) + parseFloat(style.borderBottomWidth)));

    assert.ok(widths.every(width => width > 1), widths.join(" "));
    await page.context().close();
});

test("on paper is the form alone, without the page's head and buttons", async () => {
    const page = await opened(browser, office);
    await screenTitled(page, "documents");
    await page.click(".print-form button[type=submit]");
    await page.waitForFunction(() =>
        document.querySelector(".sheet > div").shadowRoot?.querySelectorAll("tbody tr").length >= 4);

    await page.emulateMedia({ media: "print" });

    const seen = await page.evaluate(() => [...document.querySelectorAll("header, button, .filters, main h2, main section, .sheet")]
        .filter(found => found.checkVisibility()).map(found => found.className || found.tagName));
    assert.ok(seen.includes("sheet"), seen.join(" "));
    assert.deepEqual(seen.filter(name => name !== "sheet" && name !== "print-form"), []);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    await page.context().close();
});
