#!/usr/bin/env node
// The types of agent/api/description, as the package `described`: from_description.mjs, before tsc.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { joined } from "../../api/description/join.mjs";

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), "../node_modules/described");

function objectOf({ properties = {}, required = [], additionalProperties }) {
    const names = Object.keys(properties);
    if (names.length === 0 && additionalProperties !== false)
        return `{ readonly [name: string]: ${additionalProperties ? typeOf(additionalProperties) : "unknown"} }`;
    const members = names.map(name => `readonly ${name}${required.includes(name) ? "" : "?"}: ${typeOf(properties[name])};`);
    return `{ ${members.join(" ")} }`;
}

const kSimple = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

function typeOf(schema) {
    const { $ref: named, type, anyOf, allOf, items, properties } = schema;
    if (named !== undefined) return named.split("/").pop();
    if (schema.enum !== undefined) return schema.enum.map(value => JSON.stringify(value)).join(" | ");
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (anyOf !== undefined) return anyOf.map(typeOf).join(" | ");
    if (allOf !== undefined)
        return [...allOf.map(typeOf), ...(properties === undefined ? [] : [objectOf(schema)])].join(" & ");
    if (Array.isArray(type)) return type.map(one => typeOf({ ...schema, type: one })).join(" | ");
    if (type === "object") return objectOf(schema);
    if (type === "array") return `readonly (${typeOf(items)})[]`;
    if (type === undefined && Object.keys(schema).length === 0) return "unknown";
    if (!(type in kSimple)) throw new Error(`no type is known for ${JSON.stringify(schema)}`);
    return kSimple[type];
}

const types = Object.entries(joined().components.schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema)};\n`);
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(path.join(folder, "index.ts"), types.join(""));
