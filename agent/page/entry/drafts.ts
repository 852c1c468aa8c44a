// What is being written and not recorded yet.
import type { Written } from "../api/types";

export interface Draft {
    values: Written;
    /// When the stopwatch was started; null: it stands.
    startedAt: number | null;
}

/// Where a draft is kept; one a page.
export interface Drafts {
    load: () => Promise<Draft | null>;
    keep: (draft: Draft) => void;
    drop: () => void;
}

/// As long as the page is open.
export class MemoryDrafts implements Drafts {
    private kept: Draft | null = null;

    load(): Promise<Draft | null> {
        return Promise.resolve(this.kept);
    }
    keep(draft: Draft): void {
        this.kept = draft;
    }
    drop(): void {
        this.kept = null;
    }
}
