// The description, as the daemon serves it, and what of it was seen in answers.
import assert from "node:assert/strict";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const kMethods = new Set(["get", "put", "post", "delete"]);

function pointer(names) {
    return names.map(name => "/" + encodeURIComponent(String(name).replaceAll("~", "~0").replaceAll("/", "~1"))).join("");
}

function isLike(template, target) {
    const ours = template.split("/");
    const asked = target.split("/");
    return ours.length === asked.length && ours.every((segment, at) => segment.startsWith("{") || segment === asked[at]);
}

export class Described {
    constructor(text) {
        this.json = JSON.parse(text);
        this.ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strictRequired: true });
        addFormats(this.ajv);
        this.ajv.addVocabulary(Object.keys(this.json));
        this.ajv.addSchema(this.json, "api");
        this.seen = new Set();
    }

    operations() {
        return Object.entries(this.json.paths).flatMap(([template, item]) => Object.keys(item)
            .filter(method => kMethods.has(method)).map(method => ({ template, method, operation: item[method] })));
    }

    /// What stands at a place of the description, and where that is; a $ref is followed.
    at(...names) {
        let place = ["paths", ...names];
        let found = place.reduce((json, name) => json?.[name], this.json);
        if (found?.$ref !== undefined) {
            place = found.$ref.slice(2).split("/");
            found = place.reduce((json, name) => json[name], this.json);
        }
        return [found, place];
    }

    parametersOf({ template, operation }) {
        const all = [...(operation.parameters ?? []), ...(this.json.paths[template].parameters ?? [])];
        return all.map(one => one.$ref === undefined ? one : this.json.components.parameters[one.$ref.split("/").pop()]);
    }

    /// Like the description is `value`; `place` has the schema.
    like(value, place, what) {
        const check = this.ajv.getSchema(`api#${pointer(place)}`);
        assert.ok(check(value), `${what}: ${this.ajv.errorsText(check.errors)} in ${JSON.stringify(value)}`);
    }

    check(method, target, sent, answer) {
        const [path, query = ""] = target.split("?");
        const found = this.operations().find(one => one.method === method.toLowerCase() && isLike(one.template, path));
        const what = `${method} ${target}: ${answer.status}`;
        assert.ok(found, `${what}: it is not described`);
        const { template } = found;
        const id = `${found.method} ${template}`;
        if (answer.status < 400) this.checkRequest(found, id, new URLSearchParams(query), sent, what);

        const responses = found.operation.responses;
        const status = answer.status in responses || answer.status < 400 ? String(answer.status) : "default";
        const [response, place] = this.at(template, found.method, "responses", status);
        assert.ok(response, `${what} is not described`);
        if (response.content === undefined) {
            assert.equal(answer.text, "", what);
            this.seen.add(`${id}: ${status}`);
            return;
        }
        assert.ok(answer.type in response.content, `${what}: ${answer.type} is not described`);
        const schema = [...place, "content", answer.type, "schema"];
        if (answer.type === "application/json") this.like(JSON.parse(answer.text), schema, what);
        else if (answer.type === "application/x-ndjson")
            for (const line of answer.text.trimEnd().split("\n")) this.like(JSON.parse(line), schema, what);
        else this.like(answer.text, schema, what);
        for (const header of Object.keys(response.headers ?? {})) assert.ok(header.toLowerCase() in answer.headers, what);
        this.seen.add(`${id}: ${status} ${answer.type}`);
    }

    /// What is granted must have been asked for as described.
    checkRequest(found, id, query, { json, type, headers = {} }, what) {
        const described = this.parametersOf(found);
        const given = [...query.keys()].map(name => ["query", name]);
        if ("If-None-Match" in headers) given.push(["header", "If-None-Match"]);
        for (const [place, name] of given) {
            const one = described.find(parameter => parameter.in === place && parameter.name === name);
            assert.ok(one, `${what}: the parameter ${name} is not described`);
            this.seen.add(`${id}: ${place} ${name}`);
        }
        for (const { name, required } of described.filter(parameter => parameter.in === "query"))
            assert.ok(!required || query.has(name), `${what}: ${name} need not be given`);
        const content = found.operation.requestBody?.content;
        if (json !== undefined)
            this.like(json, ["paths", found.template, found.method, "requestBody", "content", "application/json", "schema"], what);
        if (type !== undefined) this.seen.add(`${id}: body ${type}`);
        assert.ok(type === undefined || type in content, `${what}: a body of ${type} is not described`);
    }

    /// What is described and came in no answer.
    unseen() {
        const all = [];
        for (const one of this.operations()) {
            const id = `${one.method} ${one.template}`;
            for (const { in: place, name } of this.parametersOf(one)) if (place !== "path") all.push(`${id}: ${place} ${name}`);
            for (const type of Object.keys(one.operation.requestBody?.content ?? {}))
                if (type !== "application/json") all.push(`${id}: body ${type}`);
            for (const status of Object.keys(one.operation.responses)) {
                const [response] = this.at(one.template, one.method, "responses", status);
                const types = Object.keys(response.content ?? {});
                all.push(...(types.length === 0 ? [`${id}: ${status}`] : types.map(type => `${id}: ${status} ${type}`)));
            }
        }
        return all.filter(one => !this.seen.has(one));
    }
}
