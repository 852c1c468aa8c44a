// Days without an entry, in a list that begins with the newest.
import type { Entry } from "../api/types";

/// Such days, one after another; the last is the nearer to today.
export interface Gap {
    from: string;
    to: string;
    count: number;
}

export type Listed = Entry | Gap;

const kDayMilliseconds = 86_400_000;

function dayAfter(day: string, days: number): string {
    return new Date(Date.parse(day) + days * kDayMilliseconds).toISOString().slice(0, 10);
}

export function isGap(listed: Listed): listed is Gap {
    return "count" in listed;
}

/// The days after `older` and before `newer` on which nothing was recorded, the newest first.
function gapsBetween(older: string, newer: string, recorded: ReadonlySet<string>): Gap[] {
    const gaps: Gap[] = [];
    for (let day = dayAfter(newer, -1); day > older; day = dayAfter(day, -1)) {
        if (recorded.has(day)) continue;
        const last = gaps.at(-1);
        if (last !== undefined && last.from === dayAfter(day, 1)) {
            last.from = day;
            ++last.count;
        } else {
            gaps.push({ from: day, to: day, count: 1 });
        }
    }
    return gaps;
}

/// `entries` with the days between them; `before`: the day of today, which is not over. What was
/// recorded late stands among others of its recording, and counts for the day that it is of.
export function withGaps(entries: readonly Entry[], before: string): Listed[] {
    const recorded = new Set(entries.map(entry => entry.application_date));
    const listed: Listed[] = [];
    let newer = before;
    for (const entry of entries) {
        const day = entry.application_date;
        if (!entry.late && day < newer) {
            listed.push(...gapsBetween(day, newer, recorded));
            newer = day;
        }
        listed.push(entry);
    }
    return listed;
}
