#!/usr/bin/env node
// Pictures of every screen in three languages, light and dark, and narrow: screens.mjs [FOLDER] [LANGUAGE-LOOK] [SCENE],
// build/screens without one. They are to be looked at: index.html shows them side by side.
import fs from "node:fs";
import path from "node:path";
import { kLanguages, launch, tab } from "./browser.mjs";
import { kRoot } from "./office.mjs";
import { kScenes, startOffices } from "./scenes.mjs";

const kLooks = { light: {}, dark: { dark: true }, narrow: { width: 320, height: 640 } };
const kNarrowLanguages = ["ru"];
const folder = path.resolve(process.argv[2] ?? path.join(kRoot, "build/screens"));
const [onlyLook, onlyScene] = process.argv.slice(3);

/// What a scene is given: `open` a tab in this language and look, `shoot` what it shows.
function stage(browser, language, look) {
    const at = `${language}-${look}`;
    return {
        language,
        open: (options = {}) => tab(browser, { language, ...kLooks[look], ...options }),
        shoot: async (page, name) => {
            await page.waitForTimeout(300);
            await page.screenshot({ path: path.join(folder, `${at}-${name}.png`), fullPage: true, animations: "disabled" });
        },
    };
}

/// A page with all of them, the same picture in each look side by side.
function writeIndex() {
    const names = fs.readdirSync(folder).filter(name => name.endsWith(".png"));
    const looks = [...new Set(names.map(name => name.split("-", 2).join("-")))];
    const scenes = [...new Set(names.map(name => name.split("-").slice(2).join("-")))].sort();
    const cells = scene => looks.map(look => `${look}-${scene}`).filter(name => names.includes(name))
        .map(name => `<img loading="lazy" width="420" alt="" title="${name}" src="${name}">`);
    fs.writeFileSync(path.join(folder, "index.html"), "<!DOCTYPE html><meta charset=\"utf-8\"><title>Tizilim</title>" +
        scenes.map(scene => `<h2>${scene}</h2>${cells(scene).join("\n")}`).join("\n"));
}

fs.mkdirSync(folder, { recursive: true });
const offices = await startOffices();
const browser = await launch();
try {
    for (const language of kLanguages)
        for (const look of Object.keys(kLooks)) {
            if (look === "narrow" && !kNarrowLanguages.includes(language)) continue;
            if (onlyLook && onlyLook !== `${language}-${look}`) continue;
            for (const [name, scene] of Object.entries(kScenes))
                if (!onlyScene || onlyScene === name)
                    await scene(stage(browser, language, look), offices).catch(failure => {
                        console.error(`${language}-${look} ${name}: ${failure.message}`);
                        process.exitCode = 1;
                    });
        }
} finally {
    await browser.close();
    await offices.stop();
}
writeIndex();
console.log(folder);
