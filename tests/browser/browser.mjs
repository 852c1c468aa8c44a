// Chromium with the page in it, every request recorded.
import fs from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const kAxe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const kLanguages = ["kk", "ru", "en"];

export function launch() {
    return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
}

/// A tab in `language`. `requests` has every address that was asked, `complaints` what the browser said of errors.
export async function tab(browser, { language = "ru", dark = false, width = 1280, height = 900, trusting = true } = {}) {
    const context = await browser.newContext({
        locale: { kk: "kk-KZ", ru: "ru-RU", en: "en-GB" }[language], colorScheme: dark ? "dark" : "light",
        viewport: { width, height }, ignoreHTTPSErrors: trusting, timezoneId: "Asia/Almaty", acceptDownloads: true,
    });
    const page = await context.newPage();
    page.requests = [];
    page.complaints = [];
    page.on("request", request => page.requests.push(request.url()));
    page.on("websocket", socket => page.requests.push(socket.url()));
    page.on("pageerror", error => page.complaints.push(String(error)));
    page.on("console", message => {
        const text = message.text();
        if (message.type() === "error" && !/Failed to load resource|WebSocket connection/.test(text))
            page.complaints.push(text);
    });
    page.setDefaultTimeout(45_000);
    return page;
}

/// What axe-core finds on the screen as it is: one text a finding.
export async function findings(page) {
    const session = await page.context().newCDPSession(page);
    // Around the page's own policy, as a tool of who looks at it.
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId } = await session.send("Page.createIsolatedWorld",
        { frameId: frameTree.frame.id, worldName: "axe", grantUniveralAccess: true });
    const run = async expression => {
        const { result, exceptionDetails } = await session.send("Runtime.evaluate",
            { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
    };
    await run(kAxe + ";0");
    const found = await run(`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
        "best-practice"] }).then(result => result.violations.map(one =>
            one.id + ": " + one.nodes.map(node => node.target.join(" ") + " " + (node.any[0]?.message ?? "")).join("; ")))`);
    await session.detach();
    return found;
}
