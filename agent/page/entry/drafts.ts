// What is being written and not recorded yet.
import { Refused, type Client } from "../api/client";
import type { Drafts as KeptDrafts, Written } from "../api/types";

export interface Draft {
    values: Written;
    /// When the stopwatch was started; null: it stands.
    startedAt: number | null;
}

/// Where a draft is kept; one a page.
export interface Drafts {
    /// By it an entry is recorded once, however often that is asked for.
    readonly id: string;
    load: () => Promise<Draft | null>;
    keep: (draft: Draft) => void;
    /// What is to be kept is, as far as it can be: the session is about to end.
    flush: () => Promise<void>;
    /// It is recorded, or not wanted any more; the next one has another id.
    drop: () => void;
    /// What is written stays, under another id.
    renew: () => void;
}

const kTypingMs = 400;
const kAgainMs = 2000;

/// Another browser, which knows nothing of the locks of this one, recorded from the same draft.
export function isOfAnother(failure: unknown): boolean {
    return failure instanceof Refused && failure.said.code === "draft.recorded";
}

function freshId(): string {
    return crypto.randomUUID();
}

function isDraft(content: unknown): content is Draft {
    return (
        typeof content === "object" &&
        content !== null &&
        "values" in content &&
        "startedAt" in content &&
        typeof content.values === "object" &&
        content.values !== null
    );
}

function isEmpty(draft: Draft): boolean {
    return (
        draft.startedAt === null &&
        Object.values(draft.values).every(value => value === "" || value === "no")
    );
}

/// Sealed in the register: it is there after a crash, a closed tab, a restart. Each tab has its
/// own, by a lock that ends with the tab; one that no tab holds is taken up.
export class SealedDrafts implements Drafts {
    id = freshId();
    private isLoaded = false;
    private draft: Draft | null = null;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private letGo: () => void = () => undefined;

    constructor(private readonly client: Client) {}

    async load(): Promise<Draft | null> {
        if (this.isLoaded) {
            if (this.draft !== null) this.later(0);
            return this.draft;
        }
        const { drafts } = await this.client.get<KeptDrafts>("/api/v1/drafts");
        // Something was typed meanwhile.
        if (this.draft !== null) return this.draft;
        this.isLoaded = true;
        for (const kept of [...drafts].reverse()) {
            if (!isDraft(kept.content) || !(await this.take(kept.id))) continue;
            this.draft = kept.content;
            return this.draft;
        }
        await this.take(this.id);
        return null;
    }

    keep(draft: Draft): void {
        this.draft = draft;
        this.later(kTypingMs);
    }

    flush(): Promise<void> {
        clearTimeout(this.timer);
        return this.send();
    }

    drop(): void {
        clearTimeout(this.timer);
        const id = this.id;
        this.draft = null;
        void this.take(freshId());
        void this.client.send("DELETE", this.path(id)).catch(() => undefined);
    }

    renew(): void {
        void this.take(freshId()).then(() => this.later(0));
    }

    private path(id: string): string {
        return `/api/v1/drafts/${encodeURIComponent(id)}`;
    }

    private later(time: number): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.send(), time);
    }

    private async send(): Promise<void> {
        const { id, draft } = this;
        if (draft === null) return;
        try {
            if (isEmpty(draft)) await this.client.send("DELETE", this.path(id));
            else await this.client.send("PUT", this.path(id), draft);
        } catch (failure) {
            if (isOfAnother(failure)) return this.renew();
            // What is refused as it stands is refused again: too long, or the session is over.
            if (failure instanceof Refused && failure.status < 500) return;
            // The head says what is wrong; the draft stays here until it is kept.
            if (this.id === id && this.draft === draft) this.later(kAgainMs);
        }
    }

    /// False: another tab has it.
    private take(id: string): Promise<boolean> {
        return new Promise(resolve => {
            void navigator.locks.request(`draft ${id}`, { ifAvailable: true }, lock => {
                resolve(lock !== null);
                if (lock === null) return undefined;
                this.letGo();
                this.id = id;
                return new Promise<void>(end => { this.letGo = end; });
            });
        });
    }
}
