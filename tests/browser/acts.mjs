// What a person does on the page, for tests and pictures.
import { tab } from "./browser.mjs";
import { Office } from "./office.mjs";

/// Arguments of `tizilim add`.
export const kEntries = [
    ["--basis", "investigator_resolution", "--basis-number", "17/2026", "--basis-date", "-1", "--basis-issuer",
        "СО УП Алмалинского района", "--essence", "Защита подозреваемого при допросе", "--form",
        "criminal_prosecution_bodies", "--minutes", "135"],
    ["--basis", "application", "--basis-number", "б/н", "--basis-date", "today", "--basis-issuer", "Гр. Ахметов",
        "--essence", "Консультация о взыскании алиментов", "--form", "legal_information", "--minutes", "45"],
    ["--basis", "court_ruling_civil", "--basis-number", "2-518", "--basis-date", "-3", "--basis-issuer",
        "Медеуский районный суд", "--essence", "Мүлікті бөлу туралы талап қою", "--form", "court", "--minutes", "90",
        "--language", "kk"],
    ["--basis", "court_resolution", "--basis-number", "1-77", "--basis-date", "-2", "--basis-issuer",
        "Специализированный суд по делам несовершеннолетних", "--essence", "Защита несовершеннолетнего", "--form",
        "court", "--minutes", "60", "--minor"],
];

/// `entry` with another word at that place.
export function changed(entry, at, word) {
    return [...entry.slice(0, at), word, ...entry.slice(at + 1)];
}

/// What stands on a screen once it is there, in a register with entries and nothing to decide.
export const kShown = { new: "#f-basis_type", register: "table.entries tbody tr", sign: "table.entries tbody tr",
    decide: "main p.none", documents: "#report-month", state: "#backup-folder" };

export async function screenTitled(page, screen) {
    await page.click(`nav a[href="#/${screen}"]`);
}

/// An office with those entries.
export async function officeWithEntries(options = {}) {
    const office = await Office.start(options);
    for (const entry of kEntries) office.tizilim("add", ...entry);
    return office;
}

/// A tab with the page of `office` in it, on that screen, once `shown` stands there.
export async function opened(browser, office, { screen = "new", shown = kShown[screen], ...options } = {}) {
    const page = await tab(browser, options);
    await page.goto(office.open(options));
    if (screen !== "new") await screenTitled(page, screen);
    await page.waitForSelector(shown);
    return page;
}

/// The groups of the recovery code that is shown.
export async function groupsShown(page) {
    await page.waitForSelector(".code.mono span");
    return await page.locator(".code.mono span").allTextContents();
}

/// Types the group of it that is asked for, as from paper.
export async function typeGroupBack(page, groups) {
    const asked = Number(/\d+/.exec(await page.textContent("label[for=group]"))[0]);
    await page.fill("#group", groups[asked - 1]);
    await page.keyboard.press("Enter");
}

/// Types an entry as a person does: by the keyboard, field after field.
export async function fillEntry(page, { basis = "investigator_resolution", number = "21/2026", date = "-1",
    issuer = "СО УП Медеуского района", essence = "Участие в следственных действиях", minutes = "" } = {}) {
    await page.selectOption("#f-basis_type", basis);
    await page.fill("#f-basis_number", number);
    await page.fill("#f-basis_date", date);
    await page.fill("#f-basis_issuer", issuer);
    await page.fill("#f-essence", essence);
    await page.fill("#f-minutes", minutes);
    await page.waitForSelector(".side.leaves dl");
}
