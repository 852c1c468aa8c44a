// Entries that the unified system refuses: shown with its answer, sent again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kEntries, opened } from "./acts.mjs";
import { findings, kLanguages, launch } from "./browser.mjs";
import { Office, until } from "./office.mjs";
import { kRefusal, Refusing } from "./refusing.mjs";

// The name of the button that sends again: what the daemon says of a command, the page says of it.
const kSendAgain = { kk: "«Қайта жіберу»", ru: "«Отправить снова»", en: "“Send again”" };

const refusing = new Refusing();
let office;
let browser;
before(async () => {
    office = await Office.start({ signature: false, between: url => refusing.before(url) });
    office.tizilim("add", ...kEntries[2]);
    browser = await launch();
    office.tizilim("sync");
    await until(() => count("quarantined") === 1, "the entry is refused");
});
after(async () => {
    await browser?.close();
    await office?.stop();
    await refusing.stop();
});

function count(state) { return JSON.parse(office.tizilim("status", "--json")).entries[state]; }

function decisions(options = {}) { return opened(browser, office, { screen: "decide", shown: ".card", ...options }); }

for (const language of kLanguages)
    test(`in ${language} a refused entry is shown with the answer and the button, not a command`, async () => {
        const page = await decisions({ language });

        const said = await page.textContent(".card");
        assert.ok(said.split(kRefusal.slice(1)).length === 2, said);
        assert.ok(said.includes(kSendAgain[language]), said);
        assert.ok(!/tizilim |`/.test(said), said);
        assert.equal(await page.locator(".sentence.act").count(), 1);
        assert.deepEqual(await findings(page), []);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

test("it is sent again, and delivered once it is not refused any more", async () => {
    const page = await decisions();

    refusing.isRefusing = false;
    await page.click(".card .buttons button");
    await page.waitForSelector("main p.none");

    await until(() => count("delivered") === 1, "it is delivered");
    assert.equal(count("quarantined"), 0);
    await page.context().close();
});
