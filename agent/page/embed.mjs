#!/usr/bin/env node
// The built page as C++: node embed.mjs FOLDER FILE.cpp
import fs from "node:fs";
import path from "node:path";

const kTypes = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml",
};
const [folder, target] = process.argv.slice(2);

/// As a string literal, a line for each of the file's.
function literal(bytes) {
    let text = "";
    for (const byte of bytes) {
        const character = String.fromCharCode(byte);
        if (byte === 0x0a) text += "\\n\"\n    \"";
        else if (byte < 0x20 || byte > 0x7e || "\\\"?".includes(character))
            text += "\\" + byte.toString(8).padStart(3, "0");
        else text += character;
    }
    return `"${text}"`;
}

const rows = fs.readdirSync(folder).sort().map(name => {
    const bytes = fs.readFileSync(path.join(folder, name));
    const isIndex = name === "index.html";
    const type = kTypes[path.extname(name)];
    if (type === undefined) throw new Error(`${name}: no content type is known for it`);
    return `    {"${isIndex ? "/" : "/" + name}", "${type}",\n` +
        `    {${literal(bytes)}, ${bytes.length}}, ${!isIndex}},\n`;
});
fs.writeFileSync(target, `// Made by agent/page/embed.mjs.
#include "agent/page/page_files.h"

#include <string_view>

namespace tizilim::agent {
namespace {

constexpr PageFile kFiles[] = {
${rows.join("")}};

}  // namespace

const PageFile* page_file(std::string_view path) {
    for (const PageFile& file : kFiles)
        if (file.path == path) return &file;
    return nullptr;
}

}  // namespace tizilim::agent
`);
