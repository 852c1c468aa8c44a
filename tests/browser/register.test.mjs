// The register: its list, the search, one entry and what is done to it.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { changed, kEntries, officeWithEntries, opened } from "./acts.mjs";
import { findings, kLanguages, launch } from "./browser.mjs";

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

function list(options = {}) { return opened(browser, office, { screen: "register", ...options }); }

async function openEntry(page, number) {
    await page.click(`table.entries tbody th button:text-is("№ ${number}")`);
    await page.waitForSelector(".history li");
}

for (const language of kLanguages)
    test(`in ${language} the newest comes first, and a row opens its entry`, async () => {
        const page = await list({ language });

        const numbers = await page.locator("table.entries tbody th").allTextContents();
        assert.deepEqual(numbers, [...numbers].sort((a, b) => Number(b.slice(2)) - Number(a.slice(2))));
        assert.deepEqual(await findings(page), []);
        await openEntry(page, 1);

        assert.match(await page.textContent(".side.stays"), /Защита подозреваемого при допросе/);
        assert.deepEqual(await findings(page), []);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

test("the search finds as one types, by the slash", async () => {
    const page = await list();

    await page.keyboard.press("Slash");
    await page.keyboard.type("алимент");
    await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length === 1);

    assert.match(await page.textContent("table.entries tbody tr"), /алиментов/);
    await page.context().close();
});

test("a state and a month filter", async () => {
    const page = await list();

    await page.selectOption("#state", "local");
    await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length === 2);
    await page.selectOption("#state", "");
    await page.fill("#month", "01.2020");

    await page.waitForFunction(() => document.querySelectorAll("table.entries").length === 0);
    await page.context().close();
});

test("an amendment asks for a reason, and the history tells it", async () => {
    const page = await list();
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
    const page = await list();
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
    const page = await list();
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

const kCaseTitles = { kk: /^Барлық жазба: .* № 17\/2026$/, ru: /^Все записи: .* № 17\/2026$/, en: /^All entries: .* № 17\/2026$/ };
for (const language of kLanguages)
    test(`in ${language} all of one case are on one screen, and nothing else`, async () => {
        if (language === "kk") {
            office.tizilim("add", ...changed(kEntries[0], 9, "Ознакомление с делом 17/2026"));
            office.tizilim("add", ...changed(kEntries[3], 3, "17/2026"));
        }
        const page = await list({ language });
        await openEntry(page, 1);

        await page.click(".one .buttons button >> nth=3");
        await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length === 2);

        assert.match(await page.textContent(".title h2"), kCaseTitles[language]);
        assert.match(await page.textContent(".title p"), /4:30/);
        assert.deepEqual(await findings(page), []);
        await page.click(".title button");
        await page.waitForSelector("#search");
        await page.context().close();
    });

for (const language of kLanguages)
    test(`in ${language} an amendment of what was changed meanwhile is shown beside it, and sent again`, async () => {
        const page = await list({ language });
        await openEntry(page, 3);
        await page.click(".one .buttons button >> nth=0");
        await page.fill("#f-essence", `Уточнено ${language}`);
        await page.fill("#reason", "уточнено");
        const minutes = { kk: 91, ru: 92, en: 93 }[language];
        office.tizilim("amend", "3", "--minutes", String(minutes), "--reason", "в другом месте");

        await page.click("section.entry button[type=submit]");
        await page.waitForSelector("table.meanwhile");
        const rows = await page.locator("table.meanwhile tbody tr").allTextContents();
        assert.equal(rows.length, 2, rows.join("\n"));
        assert.ok(rows.some(row => row.includes(`Уточнено ${language}`)), rows.join("\n"));
        assert.ok(rows.some(row => row.includes(`1:${minutes - 60}`)), rows.join("\n"));
        assert.equal(JSON.parse(office.tizilim("show", "3", "--json")).essence.includes(language), false);
        assert.deepEqual(await findings(page), []);
        await page.click("section.entry button[type=submit]");
        await page.waitForSelector(".note.good");

        const entry = JSON.parse(office.tizilim("show", "3", "--json"));
        assert.equal(entry.essence, `Уточнено ${language}`);
        assert.equal(entry.minutes, minutes);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

test("voiding and another class of what was changed meanwhile wait for a second look", async () => {
    const page = await list();
    for (const [act, button] of [["void", 1], ["classify", 2]]) {
        await openEntry(page, 4);
        await page.click(`.one .buttons button >> nth=${button}`);
        await page.fill("#reason", "проба");
        office.tizilim("amend", "4", "--minutes", act === "void" ? "61" : "62", "--reason", "в другом месте");

        await page.click("dialog form button[type=submit]");
        await page.waitForSelector("dialog table.meanwhile");

        assert.match(await page.textContent("dialog table.meanwhile tbody"), act === "void" ? /1:00.*1:01/ : /1:01.*1:02/);
        assert.equal(JSON.parse(office.tizilim("show", "4", "--json")).state, "recorded");
        await page.click("dialog .buttons button >> nth=1");
        await page.click(".title button");
        await page.waitForSelector("table.entries tbody tr");
    }
    await openEntry(page, 4);
    await page.click(".one .buttons button >> nth=1");
    await page.fill("#reason", "дубль");
    office.tizilim("amend", "4", "--minutes", "63", "--reason", "в другом месте");
    await page.click("dialog form button[type=submit]");
    await page.waitForSelector("dialog table.meanwhile");
    await page.click("dialog form button[type=submit]");
    await page.waitForSelector(".note.good");

    assert.equal(JSON.parse(office.tizilim("show", "4", "--json")).state, "void");
    await page.context().close();
});

/// An entry of so many days ago where the register is, in Kazakhstan, from another register.
function importOne(daysAgo) {
    const kThere = 5 * 3_600_000;
    const day = new Date(Date.now() + kThere - daysAgo * 86_400_000).toISOString().slice(0, 10);
    const file = path.join(office.folder, "rows.csv");
    fs.writeFileSync(file, "application_date,recorded_date,late_reason,basis_type,basis_number,basis_date,basis_issuer," +
        `essence,form,minutes,minor,disclosure,language\n${day},${day},,application,б/н,${day},Гр. Ахметов,Консультация,` +
        "legal_information,45,,,ru\n");
    office.tizilim("import", file);
}

const kGaps = { kk: /–.*: 4 күн жазба жоқ/, ru: /–.*: записей нет 4 дня/, en: /–.*: no entry for 4 days/ };
for (const language of kLanguages)
    test(`in ${language} days without an entry are marked, but not in what is filtered`, async () => {
        if (language === "kk") importOne(5);
        const page = await list({ language });
        await page.waitForSelector("tr.gap");

        assert.match(await page.textContent("tr.gap"), kGaps[language]);
        assert.deepEqual(await findings(page), []);
        await page.selectOption("#state", "local");
        await page.waitForSelector("tr.gap", { state: "detached" });
        await page.context().close();
    });

test("a closed book is chosen and shown", async () => {
    const label = JSON.parse(office.tizilim("status", "--json")).agent.book;
    office.tizilim("init", "--new-book");
    office.tizilim("add", ...changed(kEntries[1], 3, "новая книга"));
    const page = await list();
    assert.equal(await page.locator("table.entries tbody tr:not(.gap)").count(), 1);

    await page.selectOption("#book", label);
    await page.waitForFunction(() => document.querySelectorAll("table.entries tbody tr").length > 3);

    assert.equal(await page.locator("tr.gap").count(), 0);
    await openEntry(page, 1);
    assert.match(await page.textContent(".one"), /17\/2026/);
    await page.context().close();
});
