// What others may put in the way: scripts in every field, in documents of strangers, in the page itself; too much text.
// Each test names every address that was asked: nothing but the port that the page came from.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import { fillEntry, kShown, opened, screenTitled } from "./acts.mjs";
import { kLanguages, launch, tab } from "./browser.mjs";
import { Office, until } from "./office.mjs";

const kScript = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>";
const kCanary = "КАНАРЕЙКА-7391";
const kMegabyte = 1_000_000;

let office;
let browser;
before(async () => {
    office = await Office.start({ signature: false });
    office.tizilim("add", "--basis", "court_ruling_civil", "--basis-number", "2-1", "--basis-date", "-1",
        "--basis-issuer", kCanary, "--essence", kCanary, "--form", "court", "--minutes", "90", "--disclosure", "full");
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await office?.stop();
});

function foreignOf(page) {
    const own = [office.address + "/", `blob:${office.address}/`];
    return page.requests.filter(address => !own.some(beginning => address.startsWith(beginning)));
}

async function expectNothingRan(page) {
    assert.notEqual(await page.title(), "ran");
    assert.equal(await page.evaluate(() => document.querySelectorAll("img, script:not([src])").length), 0);
    assert.deepEqual(foreignOf(page), []);
}

test("scripts in every field stay text", async () => {
    const page = await opened(browser, office);
    await page.selectOption("#f-basis_type", "investigator_resolution");
    for (const field of ["basis_number", "basis_issuer", "essence"]) await page.fill(`#f-${field}`, kScript);
    for (const field of ["basis_date", "minutes", "application_date"]) await page.fill(`#f-${field}`, kScript);
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#f-minutes-error");
    await expectNothingRan(page);
    await page.fill("#f-application_date", "-1");
    await page.fill("#f-basis_date", "-1");
    await page.fill("#f-minutes", "30");
    await page.waitForSelector("#f-late_reason");
    await page.fill("#f-late_reason", kScript);
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".note.good");

    await screenTitled(page, "register");
    await page.waitForSelector("table.entries tbody tr");
    await page.fill("#month", kScript);
    await page.waitForSelector(".note.bad");
    await page.fill("#search", "onerror");
    await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length === 1);
    await page.click("table.entries tbody th button");
    await page.waitForSelector(".history li");
    await page.click(".one .buttons button >> nth=0");
    await page.fill("#reason", kScript);
    await page.fill("#f-minutes", "31");
    await page.click("section.entry button[type=submit]");
    await page.waitForFunction(() => document.querySelectorAll(".history > li").length === 2);
    await page.click(".one .buttons button >> nth=3");
    await page.waitForSelector("table.entries tbody tr");
    await expectNothingRan(page);
    await screenTitled(page, "documents");
    await page.fill("#print-month", await page.evaluate(() => {
        const yesterday = new Date(Date.now() - 86_400_000);
        return `${yesterday.getMonth() + 1}.${yesterday.getFullYear()}`;
    }));
    await page.click(".print-form button[type=submit]");
    await page.waitForFunction(() =>
        document.querySelector(".sheet > div").shadowRoot?.textContent.includes("onerror"));
    await page.fill("#report-month", kScript);
    await page.click("section[aria-labelledby=report-title] button[type=submit]");
    await page.waitForSelector("section[aria-labelledby=report-title] .note.bad");
    await screenTitled(page, "state");
    await page.waitForSelector("#backup-folder");
    await page.fill("#backup-folder", kScript);
    await page.click("section[aria-labelledby=backup-title] button[type=submit]");
    await page.waitForSelector("section[aria-labelledby=backup-title] .note.bad");

    await expectNothingRan(page);
    assert.equal(await page.evaluate(() => document.querySelectorAll(".sheet img, .sheet script").length), 0);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test("a script in a stranger's document is shown as text where it is decided", async () => {
    office.tizilim("sync");
    const database = office.unifiedUrl;
    const docs = async () => (await (await fetch(database + "/_all_docs?include_docs=true")).json()).rows
        .map(row => row.doc).filter(doc => doc._id.startsWith("entry:"));
    await until(async () => (await docs()).some(doc => doc.essence === kCanary), "the entry is delivered");
    const doc = (await docs()).find(one => one.essence === kCanary);
    const put = await fetch(`${database}/${encodeURIComponent(doc._id)}`, { method: "PUT",
        headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...doc, essence: kScript }) });
    assert.equal(put.status, 201, await put.text());
    office.tizilim("sync");
    await until(() => JSON.parse(office.tizilim("status", "--json")).conflicts === 1, "a conflict");
    const page = await opened(browser, office);

    await screenTitled(page, "decide");
    await page.waitForSelector(".card");

    assert.match(await page.textContent(".card"), /onerror/);
    await expectNothingRan(page);
    await page.click(".card .buttons button:not(:disabled) >> nth=0");
    await page.waitForSelector("main p.none");
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

for (const language of kLanguages)
    test(`in ${language} nothing that is confidential is answered before a session`, async () => {
        const page = await tab(browser, { language });
        const bodies = [];
        page.on("response", answer => bodies.push(answer.text().catch(() => "")));

        await page.goto(office.address);
        await page.waitForSelector(".figures dd");
        for (const path of ["/metrics", "/healthz", "/readyz", "/api/v1/entries", "/api/v1/drafts", "/api/v1/search?text=x",
            "/api/v1/export?format=csv", "/api/v1/print", "/api/v1/pair"])
            bodies.push(page.evaluate(async asked => (await fetch(asked)).text(), path));
        const said = (await Promise.all(bodies)).join("\n");

        assert.ok(said.length > 1000);
        for (const secret of [kCanary, "Серікова", "991332000003"]) assert.ok(!said.includes(secret), secret);
        assert.deepEqual(foreignOf(page), []);
        assert.equal(await page.locator(".come-in").count(), 1);
        await page.context().close();
    });

test("every screen asks nothing of others", async () => {
    const page = await opened(browser, office);

    for (const screen of ["register", "decide", "documents", "state", "sign", "new"]) {
        await screenTitled(page, screen);
        await page.waitForSelector(`${kShown[screen]}, main p.none, main .card`);
    }

    assert.deepEqual(foreignOf(page), []);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test("a megabyte pasted into the essence is refused in words, and stays", async () => {
    const page = await opened(browser, office);
    await fillEntry(page, { minutes: "30" });

    await page.evaluate(size => {
        const essence = document.querySelector("#f-essence");
        essence.value = "ұ".repeat(size / 2);
        essence.dispatchEvent(new Event("input", { bubbles: true }));
    }, kMegabyte);
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#f-essence-error");

    assert.equal(await page.evaluate(() => document.querySelector("#f-essence").value.length), kMegabyte / 2);
    assert.equal(await page.locator(".sentence.bad").count(), 0);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

const kSays = { kk: /127\.0\.0\.1 мекенжайын/, ru: /Исключите адрес 127\.0\.0\.1/, en: /Exclude 127\.0\.0\.1/ };
for (const language of kLanguages)
    test(`in ${language} a page that is changed on its way says so, and runs nothing of it`, async () => {
        const asked = [];
        const other = http.createServer((request, answer) => {
            asked.push(request.url);
            answer.writeHead(200, { "Content-Type": "text/javascript" }).end("document.title = 'ran'");
        });
        await new Promise(done => other.listen(0, "127.0.0.1", done));
        const page = await tab(browser, { language });
        await page.route(office.address + "/", async route => {
            const answer = await route.fetch();
            const put = `<script src="http://127.0.0.1:${other.address().port}/a.js"></script></head>`;
            await route.fulfill({ response: answer, body: (await answer.text()).replace("</head>", put) });
        });

        await page.goto(office.address);
        await page.waitForSelector(".altered .note.bad");

        assert.match(await page.textContent(".altered"), kSays[language]);
        assert.notEqual(await page.title(), "ran");
        assert.deepEqual(asked, []);
        await page.context().close();
        await new Promise(done => other.close(done));
    });

test("what is put into a page that is open is noticed, too", async () => {
    const page = await opened(browser, office);
    assert.equal(await page.locator(".altered").count(), 0);

    await page.evaluate(() => {
        const put = document.createElement("link");
        put.rel = "stylesheet";
        put.href = "http://127.0.0.1:9/a.css";
        document.head.append(put);
    });

    await page.waitForSelector(".altered .note.bad");
    await page.context().close();
});
