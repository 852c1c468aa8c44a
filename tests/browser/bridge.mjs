// Serves the built page, keeps page sessions, and passes the API on to the control socket of a real daemon, as the
// daemon's own status port does for a page.
import { createHash, createHmac, randomBytes } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' " +
    "wss://127.0.0.1:13579; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'";
const kTypes = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml" };
const kSaid = {
    "page.code_unknown": "the code is not known", "page.code_used": "the code was used already",
    "session_ended": "the session is over",
};

export class Bridge {
    constructor({ socket, port, page }) {
        Object.assign(this, { socket, port, page });
        this.codes = new Map();
        this.sessions = new Map();
        this.server = http.createServer((request, answer) => this.serve(request, answer));
    }

    get address() { return `http://127.0.0.1:${this.server.address().port}`; }

    code(text = randomBytes(16).toString("hex")) {
        this.codes.set(text, false);
        return text;
    }

    endSessions() { this.sessions.clear(); }

    stop() {
        this.server.closeAllConnections();
        return new Promise(done => this.server.close(done));
    }

    serve(request, answer) {
        const url = new URL(request.url, this.address);
        if (url.pathname === "/api/v1/session") return this.trade(request, answer);
        if (url.pathname === "/healthz" && url.searchParams.has("challenge")) return this.prove(url, answer);
        const session = this.sessionOf(request);
        if (url.pathname.startsWith("/api/")) {
            if (session === null) return this.refuse(answer, "session_ended", "session_ended");
            if (url.pathname === "/api/v1/session/end") {
                this.sessions.delete(session);
                return answer.writeHead(204).end();
            }
            return this.pass(request, answer, { socketPath: this.socket });
        }
        if (url.pathname === "/status" && request.headers.authorization && session === null)
            return this.refuse(answer, "session_ended", "session_ended");
        if (["/status", "/healthz", "/readyz"].includes(url.pathname))
            return this.pass(request, answer, session === null ? { host: "127.0.0.1", port: this.port }
                : { socketPath: this.socket });
        this.file(url.pathname, answer);
    }

    file(name, answer) {
        const file = path.join(this.page, name === "/" ? "index.html" : path.basename(name));
        if (!fs.existsSync(file)) return answer.writeHead(404).end();
        answer.writeHead(200, { "Content-Type": kTypes[path.extname(file)], "Content-Security-Policy": kPolicy,
            "X-Content-Type-Options": "nosniff", "Cache-Control": name === "/" ? "no-store" : "max-age=31536000" });
        answer.end(fs.readFileSync(file));
    }

    refuse(answer, error, code) {
        answer.writeHead(401, { "Content-Type": "application/json" });
        answer.end(JSON.stringify({ error, message: kSaid[code], code, values: {} }));
    }

    sessionOf(request) {
        const [, id, token] = /^Bearer ([^.]+)\.(.+)$/.exec(request.headers.authorization ?? "") ?? [];
        return this.sessions.get(id) === token && token !== undefined ? id : null;
    }

    trade(request, answer) {
        const code = /^Code (.+)$/.exec(request.headers.authorization ?? "")?.[1];
        if (!this.codes.has(code)) return this.refuse(answer, "unauthorized", "page.code_unknown");
        if (this.codes.get(code)) {
            this.sessions.delete(this.codes.get(code));
            return this.refuse(answer, "unauthorized", "page.code_used");
        }
        const made = { session: randomBytes(8).toString("hex"), token: randomBytes(32).toString("hex") };
        this.codes.set(code, made.session);
        this.sessions.set(made.session, made.token);
        answer.writeHead(201, { "Content-Type": "application/json", "Cache-Control": "no-store" });
        answer.end(JSON.stringify(made));
    }

    prove(url, answer) {
        const token = this.sessions.get(url.searchParams.get("session"));
        const proof = token === undefined ? {} : {
            proof: createHmac("sha256", token).update(url.searchParams.get("challenge")).digest("hex"),
        };
        answer.writeHead(200, { "Content-Type": "application/json" });
        answer.end(JSON.stringify({ status: "ok", ...proof }));
    }

    pass(request, answer, to) {
        const headers = { ...request.headers, host: to.socketPath ? "tizilim" : `127.0.0.1:${this.port}` };
        delete headers.authorization;
        delete headers.origin;
        const asked = http.request({ ...to, method: request.method, path: request.url, headers }, given => {
            if (request.url !== "/status") {
                answer.writeHead(given.statusCode, given.headers);
                return given.pipe(answer);
            }
            const parts = [];
            given.on("data", part => parts.push(part));
            given.on("end", () => this.tagged(request, answer, given, Buffer.concat(parts)));
        });
        asked.on("error", () => answer.destroy());
        request.pipe(asked);
    }

    tagged(request, answer, given, body) {
        const digest = createHash("sha256").update(String(body).replace(/"uptimeSeconds":\d+/, "")).digest("hex");
        const tag = `"${digest.slice(0, 16)}"`;
        const isSame = request.headers["if-none-match"] === tag;
        answer.writeHead(isSame ? 304 : given.statusCode, { "Content-Type": "application/json", ETag: tag });
        answer.end(isSame ? undefined : body);
    }
}

export async function startBridge(options) {
    const bridge = new Bridge(options);
    await new Promise(done => bridge.server.listen(options.listen ?? 0, "127.0.0.1", done));
    return bridge;
}
