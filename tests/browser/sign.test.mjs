// Signing through NCALayer's stand-in, which listens where NCALayer does.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { kEntries, officeWithEntries, opened } from "./acts.mjs";
import { findings, kLanguages, launch } from "./browser.mjs";
import { kIin } from "./office.mjs";

let office;
let browser;
before(async () => { browser = await launch(); });
after(async () => {
    await browser?.close();
    await office?.stop();
});
beforeEach(async () => {
    await office?.stop();
    office = await officeWithEntries();
});

function unsigned() {
    return JSON.parse(office.tizilim("list", "--json")).entries.filter(entry => entry.signature === null).length;
}

function signing(options = {}) { return opened(browser, office, { screen: "sign", ...options }); }

async function sign(page) { await page.click("main .buttons button.primary"); }

for (const language of kLanguages)
    test(`in ${language} all are signed, after whose key it is was shown`, async () => {
        await office.startNcalayer();
        const page = await signing({ language });
        assert.deepEqual(await findings(page), []);

        await sign(page);
        await page.waitForSelector("dialog[open] dl");
        assert.match(await page.textContent("dialog"), new RegExp(kIin));
        assert.equal(unsigned(), kEntries.length);
        assert.deepEqual(await findings(page), []);
        await page.click("dialog button.primary");
        await page.waitForSelector(".note.good");

        assert.equal(unsigned(), 0);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

test("a key that is not one's own stores nothing", async () => {
    await office.startNcalayer({ iin: "991332000406" });
    const page = await signing();

    await sign(page);
    await page.waitForSelector("dialog[open] dl");
    await page.click("dialog .buttons button >> nth=1");
    await page.waitForSelector("dialog", { state: "detached" });

    assert.equal(unsigned(), kEntries.length);
    await page.context().close();
});

for (const [language, said] of Object.entries({ kk: /басқа адамның кілті/, ru: /ключ другого человека/, en: /another person's key/ }))
    test(`in ${language} another person's key is told before anything is sent to be stored`, async () => {
        await office.startNcalayer({ iin: "991332000406" });
        const page = await signing({ language });

        await sign(page);
        await page.waitForSelector("dialog .note.bad");
        assert.match(await page.textContent("dialog .note.bad"), said);
        assert.equal(await page.locator("dialog button.primary").count(), 0);
        assert.deepEqual(await findings(page), []);
        await page.click("dialog .buttons button");
        await page.waitForSelector("dialog", { state: "detached" });

        assert.ok(page.requests.every(address => !address.endsWith("/signature")));
        assert.equal(unsigned(), kEntries.length);
        await page.context().close();
    });

test("a certificate that ends within 30 days says where a new one is issued", async () => {
    await office.startNcalayer({ days: 12 });
    const page = await signing();

    await sign(page);
    await page.waitForSelector("dialog .note.act");

    assert.match(await page.textContent("dialog .note.act"), /через 1[12] дней.*pki\.gov\.kz/);
    await page.click("dialog button.primary");
    await page.waitForSelector(".note.good");
    await page.context().close();
});

test("some are signed", async () => {
    await office.startNcalayer();
    const page = await signing();

    await page.uncheck("tbody input >> nth=0");
    await sign(page);
    await page.click("dialog button.primary");
    await page.waitForSelector(".note.good");

    assert.equal(unsigned(), 1);
    await page.context().close();
});

const kFailures = { cancelled: /Окно NCALayer закрыто/, error: /SIGNING_FAILURE/, no_module: /нет модуля/,
    garbage: /не удалось прочитать/, fewer: /не удалось прочитать/, closed: /закрыл соединение/ };
for (const [answer, said] of Object.entries(kFailures))
    test(`NCALayer that answers "${answer}" is told apart, and nothing is stored`, async () => {
        await office.startNcalayer({ answer });
        const page = await signing();

        await sign(page);
        await page.waitForSelector("main .note.bad");

        assert.match(await page.textContent("main .note.bad"), said);
        assert.equal(unsigned(), kEntries.length);
        await page.context().close();
    });

test("NCALayer that does not run, or is not trusted, is told with the way to trust it", async () => {
    const page = await signing({ trusting: false });

    await sign(page);
    await page.waitForSelector("main .note.bad a");
    await office.startNcalayer();
    await sign(page);
    await page.waitForTimeout(500);

    assert.equal(await page.getAttribute("main .note.bad a", "href"), "https://127.0.0.1:13579/");
    assert.equal(unsigned(), kEntries.length);
    await page.context().close();
});
