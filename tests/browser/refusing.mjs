// What stands before the unified system and refuses entries while it is told to, as a server with other rules does.
import http from "node:http";
import { gunzipSync } from "node:zlib";

export const kRefusal = "поле minutes: такое значение не принимается";

function bodyOf(request) {
    return new Promise((whole, failed) => {
        const parts = [];
        request.on("data", part => parts.push(part));
        request.on("end", () => whole(Buffer.concat(parts)));
        request.on("error", failed);
    });
}

export class Refusing {
    constructor() {
        this.isRefusing = true;
        this.server = http.createServer((request, answer) => {
            this.answer(request, answer).catch(() => answer.destroy());
        });
    }

    /// The address to be used instead of `url`.
    async before(url) {
        this.url = new URL(url);
        await new Promise(done => this.server.listen(0, "127.0.0.1", done));
        return `http://127.0.0.1:${this.server.address().port}${this.url.pathname}`;
    }

    async stop() {
        this.server.closeAllConnections();
        await new Promise(done => this.server.close(done));
    }

    async answer(request, answer) {
        const body = await bodyOf(request);
        if (this.isRefusing && request.url.endsWith("/_bulk_docs")) {
            const isPacked = request.headers["content-encoding"] === "gzip";
            const { docs } = JSON.parse(isPacked ? gunzipSync(body) : body);
            const rows = docs.map(({ _id, _rev }) => ({ id: _id, rev: _rev, error: "forbidden", reason: kRefusal }));
            answer.writeHead(201, { "Content-Type": "application/json" }).end(JSON.stringify(rows));
            return;
        }
        const headers = { ...request.headers, host: this.url.host };
        const on = http.request({ host: this.url.hostname, port: this.url.port, method: request.method,
            path: request.url, headers }, given => {
            answer.writeHead(given.statusCode, given.headers);
            given.pipe(answer);
        });
        on.on("error", () => answer.destroy());
        on.end(body);
    }
}
