// An office for a test: the real programs in a folder of their own, the unified system's stand-in, NCALayer's.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const kRoot = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");
const kBuild = path.resolve(process.env.TIZILIM_BUILD ?? path.join(kRoot, "build/dev"));
const kStartMilliseconds = 30_000;
export const kIin = "991332000003";

const kHelpers = new Set(["unified_stand_in", "make_test_key", "sign_with_key"]);

export function program(name) {
    return path.join(kBuild, kHelpers.has(name) ? "tests/support" : "agent", name);
}

/// The first line of what `child` prints that begins with `word`, without it.
function lineOf(child, word) {
    return new Promise((found, failed) => {
        let text = "";
        const timer = setTimeout(() => failed(new Error(`no line "${word}": ${text}`)), kStartMilliseconds);
        child.stdout.on("data", bytes => {
            text += bytes;
            const line = text.split("\n").find(one => one.startsWith(word + " "));
            if (line === undefined) return;
            clearTimeout(timer);
            found(line.slice(word.length + 1));
        });
        child.once("exit", code => failed(new Error(`ended with ${code}: ${text}`)));
    });
}

function ended(child) {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    const over = new Promise(done => child.once("exit", done));
    child.kill("SIGTERM");
    return over;
}

export async function until(check, what) {
    const deadline = Date.now() + kStartMilliseconds;
    for (;;) {
        if (await check()) return;
        if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
        await new Promise(wake => setTimeout(wake, 50));
    }
}

const kChildren = new Set();
// Nothing outlives a test that fails.
process.on("exit", () => { for (const child of kChildren) child.kill("SIGKILL"); });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

function started(name, words, options) {
    const child = spawn(name, words, options);
    kChildren.add(child);
    child.once("exit", () => kChildren.delete(child));
    return child;
}

export class Office {
    constructor() {
        this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "tizilim-page-"));
        this.daemon = this.unified = this.ncalayer = null;
    }

    /// `register`: one is made; `signature`: entries wait for it.
    /// `beside`: another office of the same lawyer, whose register is joined. `between`: makes of the unified system's
    /// address another, of what stands before it. `account`: the unified system takes { user, password } alone.
    /// `configured`: false where nothing but folder and port is.
    static async start({ register = true, signature = true, beside = null, between = async url => url, account = null,
        configured = true } = {}) {
        const office = new Office();
        fs.mkdirSync(path.join(office.folder, "backups"), { mode: 0o700 });
        if (beside === null) {
            const file = path.join(office.folder, "unified-password");
            if (account) fs.writeFileSync(file, account.password + "\n", { mode: 0o600 });
            const only = account ? ["--user", account.user, "--password-file", file] : [];
            office.unified = started(program("unified_stand_in"), ["--port", "0", "--database", "register", ...only],
                { stdio: ["ignore", "pipe", "inherit"] });
            office.unifiedUrl = await lineOf(office.unified, "listening");
            office.url = await between(office.unifiedUrl);
        } else {
            office.url = beside.url;
        }
        office.port = 20_000 + Math.floor(Math.random() * 10_000);
        fs.writeFileSync(office.config, (configured ? [
            "[register]", "directory = register", "lawyer = Әлия Нұрланқызы Серікова",
            "bar_association = Алматы қалалық адвокаттар алқасы", `iin = ${kIin}`,
            `require_signature = ${signature}`, "", "[unified]", `url = ${office.url}`, "proxy =", "", "[sync]",
            "poll_seconds = 5", "", "[status]", `port = ${office.port}`, "", "[backup]", "directory = backups", "",
        ] : ["[register]", "directory = register", `require_signature = ${signature}`, "", "[status]",
            `port = ${office.port}`, ""]).join("\n"), { mode: 0o600 });
        const joined = beside === null || !register ? [] : ["--join", JSON.parse(beside.tizilim("pair", "--json")).code];
        if (register) office.tizilim("init", "--here", ...joined);
        await office.startDaemon();
        return office;
    }

    get config() { return path.join(this.folder, "tizilim.conf"); }
    get address() { return `http://127.0.0.1:${this.port}`; }

    get environment() {
        // Without a desktop `tizilim open` gives a code to type.
        const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...others } = process.env;
        return { ...others, XDG_STATE_HOME: path.join(this.folder, "state"), LC_ALL: "C.UTF-8" };
    }

    tizilim(...words) {
        return execFileSync(program("tizilim"), ["--config", this.config, ...words],
            { env: this.environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    }

    async startDaemon() {
        const log = fs.openSync(path.join(this.folder, "tizilimd.log"), "a");
        this.daemon = started(program("tizilimd"), ["--config", this.config],
            { env: this.environment, stdio: ["ignore", log, log] });
        await until(async () => {
            try {
                return (await fetch(`http://127.0.0.1:${this.port}/status`)).ok;
            } catch {
                return false;
            }
        }, "the daemon answers");
    }

    /// A copy of the register's folder, to be put back over what it became.
    keepCopy() { fs.cpSync(path.join(this.folder, "register"), path.join(this.folder, "copy"), { recursive: true }); }

    putCopyBack() {
        fs.rmSync(path.join(this.folder, "register"), { recursive: true });
        fs.renameSync(path.join(this.folder, "copy"), path.join(this.folder, "register"));
    }

    async stopDaemon() {
        await ended(this.daemon);
        this.daemon = null;
    }

    /// A one-time code.
    code() { return JSON.parse(this.tizilim("open", "--json")).code; }

    /// Over the control socket; the answer's JSON.
    asked(method, target) {
        return JSON.parse(execFileSync("curl", ["--silent", "--request", method, "--unix-socket",
            path.join(this.folder, "register/control.sock"), `http://tizilim${target}`], { encoding: "utf8" }));
    }

    /// The address of the page with a code in it; its form is empty, unless it `keepsDrafts`.
    open({ keepsDrafts = false } = {}) {
        const { drafts = [] } = keepsDrafts ? {} : this.asked("GET", "/api/v1/drafts");
        for (const { id } of drafts) this.asked("DELETE", `/api/v1/drafts/${id}`);
        return `${this.address}/#${this.code()}`;
    }

    /// The program that answers on the port, for signals.
    async registerPid() {
        return (await (await fetch(`${this.address}/status`)).json()).processes.register.pid;
    }

    /// A key of the lawyer, or of another person, whose certificate ends in so many days, and NCALayer that signs with it.
    async startNcalayer({ iin = kIin, name = "СЕРІКОВА ӘЛИЯ", answer = "array", days = 365 } = {}) {
        await this.stopNcalayer();
        const file = found => path.join(this.folder, found);
        fs.rmSync(file("key.p12"), { force: true });
        execFileSync(program("make_test_key"), ["gost", file("key.p12"), "secret", "--iin", iin, "--name", name,
            "--days", String(days)]);
        execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file("tls.key"), "-out",
            file("tls.pem"), "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        { stdio: "ignore" });
        this.ncalayer = started(process.execPath, [path.join(kRoot, "tests/support/ncalayer.js"), "--tls", file("tls.pem"),
            file("tls.key"), "--signer", program("sign_with_key"), file("key.p12"), "secret", "--port", "13579", "--answer", answer],
        { stdio: ["ignore", "pipe", "inherit"] });
        await lineOf(this.ncalayer, "port");
    }

    async stopNcalayer() {
        if (this.ncalayer) await ended(this.ncalayer);
        this.ncalayer = null;
    }

    async stopUnified() {
        if (this.unified) await ended(this.unified);
        this.unified = null;
    }

    async stop() {
        await this.stopNcalayer();
        await this.stopDaemon();
        await this.stopUnified();
        fs.rmSync(this.folder, { recursive: true, force: true });
    }
}
