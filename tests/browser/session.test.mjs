// How one comes in, what a visitor sees, and what happens when the daemon goes or is another.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import { fillEntry, kEntries, officeWithEntries, opened } from "./acts.mjs";
import { findings, kLanguages, launch, tab } from "./browser.mjs";
import { Office, until } from "./office.mjs";

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

for (const language of kLanguages)
    test(`in ${language} a visitor sees the state, and no entry`, async () => {
        const page = await tab(browser, { language });

        await page.goto(office.address);
        await page.waitForSelector(".figures dd");

        assert.equal(await page.locator(".figures dd").count(), 2);
        assert.equal(await page.locator("nav").count(), 0);
        assert.ok(page.requests.every(address => !address.includes("/api/")), page.requests.join("\n"));
        assert.deepEqual(await findings(page), []);
        await page.context().close();
    });

test("with a session the four numbers add up", async () => {
    const page = await opened(browser, office);

    await page.waitForFunction(() => document.querySelectorAll(".figures dd").length === 4);
    const [recorded, ...parts] = (await page.locator(".figures dd").allTextContents()).map(Number);

    assert.equal(recorded, kEntries.length);
    assert.equal(recorded, parts.reduce((sum, part) => sum + part, 0));
    await page.context().close();
});

test("a typed code lets in, its spaces ignored; another does not", async () => {
    const page = await tab(browser);
    const code = office.code();
    const wrong = String((Number(code) + 1) % 100_000_000).padStart(8, "0");
    await page.goto(office.address);

    await page.fill("#code", "1234");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#code-error");
    await page.fill("#code", wrong);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".note.bad");
    await page.fill("#code", `${code.slice(0, 4)} ${code.slice(4)}`);
    await page.keyboard.press("Enter");

    await page.waitForSelector("#f-basis_type");
    await page.context().close();
});

test("a code that comes to an open tab is taken out of its address, too", async () => {
    const page = await tab(browser);
    await page.goto(office.address);
    await page.waitForSelector(".come-in");

    await page.evaluate(code => { location.hash = code; }, office.code());
    await page.waitForSelector("#f-basis_type");

    assert.equal(new URL(page.url()).hash, "");
    await page.context().close();
});

test("a code used twice ends the session that it made", async () => {
    const address = office.open();
    const first = await tab(browser);
    await first.goto(address);
    await first.waitForSelector("#f-basis_type");
    const second = await tab(browser);

    await second.goto(address);
    await second.waitForSelector(".come-in .note.bad");

    await first.waitForSelector(".come-in");
    await first.context().close();
    await second.context().close();
});

test("the lock ends the session", async () => {
    const page = await opened(browser, office);

    await page.click(".bar-end button >> nth=1");
    await page.waitForSelector(".come-in");

    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await page.reload();
    await page.waitForSelector(".come-in");
    await page.context().close();
});

test("nothing but the language is kept beyond the tab", async () => {
    const page = await opened(browser, office);

    await page.click(".languages button[lang=kk]");
    await page.waitForFunction(() => document.documentElement.lang === "kk");

    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ["tizilim.language"]);
    assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), ["tizilim.session"]);
    await page.context().close();
});

test("a daemon that hangs is said; the draft stays, and it goes on by itself", async () => {
    const own = await Office.start();
    const page = await opened(browser, own);
    await fillEntry(page, { essence: "черновик" });
    const pid = await own.registerPid();

    process.kill(pid, "SIGSTOP");
    await page.waitForSelector(".sentence.bad");
    process.kill(pid, "SIGCONT");
    await page.waitForSelector(".sentence:not(.bad)");

    assert.equal(await page.inputValue("#f-essence"), "черновик");
    assert.ok(page.requests.some(address => address.includes("challenge=")));
    await page.context().close();
    await own.stop();
});

test("a daemon that ended is said within 3 s; once it is there again, so is the draft", async () => {
    const own = await Office.start();
    const page = await opened(browser, own);
    const kept = page.waitForResponse(answer => answer.url().includes("/api/v1/drafts/") && answer.ok());
    await page.fill("#f-essence", "черновик");
    await kept;

    const stopped = own.stopDaemon();
    const gone = Date.now();
    await page.waitForSelector(".sentence.bad");
    assert.ok(Date.now() - gone < 5000, `${Date.now() - gone} ms`);
    await stopped;
    await own.startDaemon();
    await page.goto(own.open({ keepsDrafts: true }));
    await page.waitForSelector("#f-essence");

    await page.waitForFunction(() => document.querySelector("#f-essence").value === "черновик");
    await page.context().close();
    await own.stop();
});

test("a draft is there after its tab was closed, and not in a second tab beside it", async () => {
    const first = await opened(browser, office);
    const kept = first.waitForResponse(answer => answer.url().includes("/api/v1/drafts/") && answer.ok());
    await first.fill("#f-essence", "только здесь");
    await kept;
    const second = await first.context().newPage();
    const asked = second.waitForResponse(answer => answer.url().endsWith("/api/v1/drafts"));
    await second.goto(office.open({ keepsDrafts: true }));
    await asked;
    await second.waitForSelector("#f-essence");

    assert.equal(await second.inputValue("#f-essence"), "");
    await second.close();
    await first.close();
    const third = await opened(browser, office, { keepsDrafts: true });
    await third.waitForFunction(() => document.querySelector("#f-essence").value === "только здесь");
    await third.context().close();
});

test("another program on the port gets no token", async () => {
    const own = await Office.start();
    const page = await opened(browser, own);
    await page.fill("#f-essence", "черновик");
    const heard = [];
    const other = http.createServer((request, answer) => {
        heard.push(request.headers.authorization ?? "");
        answer.writeHead(200, { "Content-Type": "application/json" }).end('{"status":"ok","proof":"00"}');
    });

    await own.stopDaemon();
    await page.waitForSelector(".sentence.bad");
    const said = await page.textContent(".sentence");
    await new Promise(done => other.listen(own.port, "127.0.0.1", done));
    await page.waitForFunction(text => document.querySelector(".sentence").textContent !== text, said);
    const before = heard.length;
    await page.keyboard.press("Control+Enter");
    await until(() => heard.length > before + 1, "the other program is asked again");

    assert.ok(heard.length > 0);
    assert.deepEqual([...new Set(heard)], [""]);
    assert.equal(await page.inputValue("#f-essence"), "черновик");
    other.closeAllConnections();
    await new Promise(done => other.close(done));
    await page.context().close();
    await own.stop();
});

test("while the tab is hidden nothing is asked", async () => {
    const page = await tab(browser);
    await page.clock.install();
    await page.goto(office.open());
    await page.waitForSelector("#f-basis_type");
    const polled = async () => {
        const asked = page.waitForRequest(request => request.url().endsWith("/status"));
        await page.clock.runFor(2500);
        await asked;
    };
    await polled();
    await page.evaluate(() => {
        Object.defineProperty(document, "hidden", { value: true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.waitForLoadState("networkidle");
    const before = page.requests.length;

    await page.clock.runFor(60_000);

    assert.equal(page.requests.length, before);
    await page.evaluate(() => {
        Object.defineProperty(document, "hidden", { value: false, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    });
    await polled();
    await page.context().close();
});

test("the lock keeps what was begun, also what was typed just before it", async () => {
    const page = await opened(browser, office);
    await page.fill("#f-essence", "начатое");

    await page.click(".bar-end button >> nth=1");
    await page.waitForSelector(".come-in");
    assert.ok(!(await page.content()).includes("начатое"));
    await page.close();
    const next = await opened(browser, office, { keepsDrafts: true });

    await next.waitForFunction(() => document.querySelector("#f-essence").value === "начатое");
    await next.context().close();
    await page.context().close();
});

test("two tabs record side by side, and each shows what the other recorded", async () => {
    const first = await opened(browser, office);
    const second = await first.context().newPage();
    await second.goto(office.open());
    await second.waitForSelector("#f-basis_type");

    await Promise.all([[first, "первая"], [second, "вторая"]].map(async ([page, essence]) => {
        await fillEntry(page, { number: essence, essence, minutes: "20" });
        await page.keyboard.press("Control+Enter");
        await page.waitForSelector(".note.good");
    }));

    for (const page of [first, second]) {
        await page.click("nav a[href='#/register']");
        await page.waitForFunction(() => ["первая", "вторая"].every(essence => document.body.textContent.includes(essence)));
    }
    await first.context().close();
});

test("a duplicated tab goes on in the same session, with a draft of its own; the lock ends both", async () => {
    const page = await opened(browser, office);
    const kept = page.waitForResponse(answer => answer.url().includes("/api/v1/drafts/") && answer.ok());
    await page.fill("#f-essence", "в первой");
    await kept;

    const [copy] = await Promise.all([page.waitForEvent("popup"), page.evaluate(() => { open(location.href); })]);
    await copy.waitForSelector("#f-essence");
    assert.equal(await copy.inputValue("#f-essence"), "");
    await copy.click(".bar-end button >> nth=1");
    await copy.waitForSelector(".come-in");

    await page.waitForSelector(".come-in");
    await page.context().close();
});

const kContinue = { kk: /^Жалғастыру$/, ru: /^Продолжить$/, en: /^Continue$/ };
for (const language of kLanguages)
    test(`in ${language} a bookmark shows the way in, then its screen`, async () => {
        const page = await tab(browser, { language });
        await page.goto(office.address + "/#/register");
        await page.waitForSelector(".come-in");
        const link = page.locator(".come-in a");
        assert.equal(await link.getAttribute("href"), "tizilim:");
        assert.match((await link.textContent()).trim(), kContinue[language]);
        assert.equal(await page.locator(".come-in code").textContent(), "tizilim open");

        await page.fill("#code", office.code());
        await page.keyboard.press("Enter");

        await page.waitForSelector("table.entries tbody tr");
        await page.context().close();
    });
