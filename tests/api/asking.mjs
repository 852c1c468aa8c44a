// Requests to an office's daemon, as they are: over its control socket, or over the status port.
import http from "node:http";
import path from "node:path";

/// Status, content type and text of the answer; `json` is a body, `rows` one of another type.
export function asked(office, method, target, { json, rows, type, port = false, headers = {} } = {}) {
    const body = json === undefined ? rows : JSON.stringify(json);
    const where = port ? { host: "127.0.0.1", port: office.port }
        : { socketPath: path.join(office.folder, "register/control.sock") };
    const sent = { Host: port ? `127.0.0.1:${office.port}` : "tizilim", ...headers };
    if (body !== undefined) {
        sent["Content-Type"] = type ?? "application/json";
        sent["Content-Length"] = Buffer.byteLength(body);
    }
    return new Promise((done, failed) => {
        const request = http.request({ ...where, method, path: encodeURI(target), headers: sent, agent: false }, answer => {
            const parts = [];
            answer.on("data", part => parts.push(part));
            answer.on("error", failed);
            answer.on("end", () => done({
                status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString("utf8"),
                type: (answer.headers["content-type"] ?? "").split(";")[0],
            }));
        });
        request.on("error", failed);
        request.end(body);
    });
}
