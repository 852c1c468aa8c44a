// The state of the daemon, asked every two seconds while the page is seen.
import { whoAnswers } from "./session";
import type { Client } from "./client";
import type { Status } from "./types";

const kEverySeconds = 2;
const kAnswerSeconds = 2;

/// `other`: something answers on the port that does not know our session.
export type Reach = "unknown" | "here" | "gone" | "other";

export class Polling {
    status: Status | null = null;
    reach: Reach = "unknown";
    private tag = "";
    private timer = 0;
    private isAsking = false;
    private isAgain = false;

    constructor(
        private readonly client: Client,
        private readonly changed: () => void,
    ) {
        client.onGone = () => this.lost();
        client.onDoubt = () => this.isOurs();
        document.addEventListener("visibilitychange", () => {
            if (document.hidden) clearTimeout(this.timer);
            else this.now();
        });
        this.now();
    }

    /// Asks at once, as after an act.
    now(): void {
        clearTimeout(this.timer);
        if (this.isAsking) {
            this.isAgain = true;
            return;
        }
        this.isAsking = true;
        void this.ask().finally(() => {
            this.isAsking = false;
            if (document.hidden) return;
            this.timer = window.setTimeout(
                () => this.now(),
                this.isAgain ? 0 : kEverySeconds * 1000,
            );
            this.isAgain = false;
        });
    }

    /// What is known is what others are told, or was told in a session that is over.
    forget(): void {
        this.tag = "";
        this.status = null;
        this.now();
    }

    private lost(): void {
        this.client.isDoubted = this.client.session !== null;
        if (this.reach === "gone") return;
        this.reach = "gone";
        this.changed();
    }

    private async ask(): Promise<void> {
        if (this.client.isDoubted && !(await this.isOurs())) return;
        const headers: Record<string, string> = this.client.headers();
        if (this.tag !== "") headers["If-None-Match"] = this.tag;
        let answer: Response;
        try {
            answer = await fetch("/status", {
                headers,
                cache: "no-store",
                credentials: "omit",
                signal: AbortSignal.timeout(kAnswerSeconds * 1000),
            });
            if (answer.status === 200) this.status = (await answer.json()) as Status;
        } catch {
            return this.lost();
        }
        if (answer.status === 401) this.client.onEnd();
        if (answer.status === 304 && this.reach === "here") return;
        this.tag = answer.headers.get("ETag") ?? "";
        this.reach = "here";
        this.changed();
    }

    private async isOurs(): Promise<boolean> {
        const session = this.client.session;
        const who = session === null ? "ours" : await whoAnswers(session);
        if (who === "ours") {
            this.client.isDoubted = false;
            return true;
        }
        if (this.reach !== who) {
            this.reach = who;
            this.changed();
        }
        return false;
    }
}
