#!/usr/bin/env node
// Joins the files of this folder into one description: as C++ for the daemon, join.mjs FILE.cpp, or printed. A
// `description` or `summary` that is a list of lines becomes one text.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));

function isObject(json) { return typeof json === "object" && json !== null && !Array.isArray(json); }

/// What one file says no other may say again.
function join(to, from, where) {
    for (const [name, value] of Object.entries(from)) {
        const at = `${where}/${name}`;
        if (!(name in to)) to[name] = value;
        else if (isObject(to[name]) && isObject(value)) join(to[name], value, at);
        else throw new Error(`${at} is there twice`);
    }
}

function withTexts(json) {
    if (Array.isArray(json)) return json.map(withTexts);
    if (!isObject(json)) return json;
    return Object.fromEntries(Object.entries(json).map(([name, value]) => {
        const isText = (name === "description" || name === "summary") && Array.isArray(value);
        return [name, isText ? value.join(" ") : withTexts(value)];
    }));
}

/// The whole description.
export function joined() {
    const whole = {};
    for (const name of fs.readdirSync(here).sort())
        if (name.endsWith(".json")) join(whole, JSON.parse(fs.readFileSync(path.join(here, name), "utf8")), name);
    return withTexts(whole);
}

/// What is named and is not there, or the other way round.
function checkNames(whole, text) {
    const named = new Set([...text.matchAll(/"\$ref":"#\/components\/(\w+\/\w+)"/g)].map(found => found[1]));
    for (const kind of ["schemas", "parameters", "responses"])
        for (const name of Object.keys(whole.components[kind]))
            if (!named.delete(`${kind}/${name}`)) throw new Error(`nothing names #/components/${kind}/${name}`);
    if (named.size > 0) throw new Error(`there is no #/components/${[...named].join(", ")}`);
}

function source(text) {
    return `// Made by agent/api/description/join.mjs.
#include "agent/api/description.h"

#include <string_view>

namespace tizilim::agent {

std::string_view description() {
    return R"openapi(${text}
)openapi";
}

}  // namespace tizilim::agent
`;
}

if (fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
    const whole = joined();
    const text = JSON.stringify(whole);
    checkNames(whole, text);
    const target = process.argv[2];
    if (target === undefined) console.log(text);
    else fs.writeFileSync(target, source(text));
}
