#!/usr/bin/env node
// Builds the page: node build.mjs [FOLDER], build/page of the tree without one. What lies there afterwards is all that
// is served: index.html, and files with a digest of their content in their names, so that they may be kept for ever.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { literalsIn, wordsOf } from "./words/from_po.mjs";

const kGzippedMax = 120_000;
const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(here, "../../build/page"));

function put(name, content) {
    fs.writeFileSync(path.join(folder, name), content);
    return name;
}

/// The file under a name that no other content has.
function putHashed(name, extension, content) {
    const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
    return put(`${name}.${digest}.${extension}`, content);
}

async function bundled(entry, define = {}) {
    const made = await build({
        entryPoints: [path.join(here, entry)], bundle: true, minify: true, write: false, format: "esm",
        target: ["es2022"], charset: "utf8", legalComments: "none", define, jsx: "automatic", jsxImportSource: "preact",
    });
    return Buffer.from(made.outputFiles[0].contents);
}

fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });
const sources = fs.readdirSync(here, { recursive: true }).filter(name => /^(?!node_modules).*\.tsx?$/.test(name));
const named = literalsIn(sources.map(name => path.join(here, name)));
const words = {};
for (const language of ["kk", "ru", "en"])
    words[language] = "/" + putHashed(`words-${language}`, "json",
        JSON.stringify(wordsOf(path.join(here, "../texts"), language, named)));
const script = putHashed("page", "js", await bundled("main.tsx", { WORDS_FILES: JSON.stringify(words) }));
const style = putHashed("page", "css", await bundled("page.css"));
const icon = putHashed("icon", "svg", fs.readFileSync(path.join(here, "icon.svg")));
put("index.html", fs.readFileSync(path.join(here, "index.html"), "utf8")
    .replace("{script}", "/" + script).replace("{style}", "/" + style).replace("{icon}", "/" + icon));

let total = 0;
for (const name of fs.readdirSync(folder).sort()) {
    const bytes = gzipSync(fs.readFileSync(path.join(folder, name)), { level: 9 }).length;
    total += bytes;
    console.log(`${String(bytes).padStart(7)} ${name}`);
}
console.log(`${String(total).padStart(7)} gzipped in all, ${kGzippedMax} at most`);
if (total > kGzippedMax) process.exit(1);
