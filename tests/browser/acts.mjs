// What a person does on the page, for tests and pictures.

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
