// The state of the register in a lawyer's words: one sentence, a colour, and what to do. The
// sentences are those of `tizilim status`, but where these name a command.
import { messageIn, type Status } from "../api/types";
import type { Level } from "../parts/parts";
import type { Message } from "../words/words";
import type { Screen } from "../screens";

export interface Task {
    sentence: Message;
    /// The words of the button, and where it leads.
    button: string;
    to: Screen;
    level: Level;
}

export interface Overview {
    level: Level;
    sentence: Message;
    tasks: readonly Task[];
}

function countOf(status: Status, name: keyof Status["entries"]): number {
    return status.entries[name] ?? 0;
}

function lostOf(status: Status): Task | null {
    const to = { button: "page.go_state", to: "state", level: "bad" } as const;
    if (status.balanceError !== 0) return { sentence: { code: "page.lost" }, ...to };
    const why = messageIn(status.book, "problem") ?? messageIn(status.book, "warning");
    return why === null
        ? null
        : { sentence: { code: "overview.perhaps_lost", values: { why } }, ...to };
}

const kOfStates: {
    readonly [state: string]: readonly [waiting: string, idle: string, level: Level];
} = {
    synced: ["overview.synced", "overview.synced", "good"],
    pending: ["overview.pending", "overview.pending_none", "calm"],
    offline: ["overview.offline", "overview.offline_none", "calm"],
    captive_portal: ["overview.captive_portal", "overview.captive_portal", "act"],
    unauthorized: ["page.unauthorized", "page.unauthorized", "act"],
    refused: ["overview.refused", "overview.refused", "act"],
    stuck: ["page.stuck", "page.stuck", "act"],
    paused: ["page.paused", "page.paused", "act"],
};

/// How delivery stands.
export function deliveryOf(status: Status): { sentence: Message; level: Level } {
    const count = countOf(status, "pending") + countOf(status, "sent");
    const why = messageIn(status, "reason") ?? { code: "text", text: status.state };
    const known = kOfStates[status.state];
    if (known === undefined) return { sentence: why, level: "act" };
    return {
        sentence: { code: count > 0 ? known[0] : known[1], values: { count, why } },
        level: known[2],
    };
}

function backupTask(backup: Status["backup"]): Task | null {
    if (backup === undefined) return null;
    const to = { button: "page.go_state", to: "state", level: "act" } as const;
    const why = messageIn(backup, "failed");
    if (why !== null)
        return { sentence: { code: "overview.backup_failed", values: { why } }, ...to };
    return backup.lastAt === null ? { sentence: { code: "page.no_backup" }, ...to } : null;
}

function tasksOf(status: Status): Task[] {
    const counted = [
        { code: "page.to_decide", count: status.conflicts, button: "page.go_decide", to: "decide" },
        {
            code: "page.quarantined",
            count: countOf(status, "quarantined"),
            button: "page.go_decide",
            to: "decide",
        },
        {
            code: "page.to_sign",
            count: countOf(status, "unsigned"),
            button: "page.go_sign",
            to: "sign",
        },
    ] as const;
    const tasks: Task[] = counted
        .filter(one => one.count > 0)
        .map(one => ({
            sentence: { code: one.code, values: { count: one.count } },
            button: one.button,
            to: one.to,
            level: "act",
        }));
    const backup = backupTask(status.backup);
    if (backup !== null) tasks.push(backup);
    const why = messageIn(status.clock, "reason");
    if (why !== null)
        tasks.push({
            sentence: { code: "overview.clock", values: { why } },
            button: "page.go_state",
            to: "state",
            level: "act",
        });
    return tasks;
}

export function overviewOf(status: Status): Overview {
    if (status.state === "no_register")
        return {
            level: "act",
            sentence: { code: "overview.no_register" },
            tasks: [],
        };
    const lost = lostOf(status);
    const delivery = deliveryOf(status);
    const tasks = tasksOf(status);
    if (delivery.level === "act")
        tasks.unshift({
            sentence: delivery.sentence,
            button: "page.go_state",
            to: "state",
            level: "act",
        });
    if (lost !== null) tasks.unshift(lost);
    const first = tasks[0];
    return first === undefined
        ? { ...delivery, tasks }
        : { level: first.level, sentence: first.sentence, tasks };
}

/// The four numbers that add up: what waits is whatever may leave and has not been delivered.
export function figuresOf(status: Status): { name: string; count: number }[] {
    const waits =
        countOf(status, "unsigned") +
        countOf(status, "pending") +
        countOf(status, "sent") +
        countOf(status, "quarantined");
    const figures = [
        { name: "page.figure_waits", count: waits },
        { name: "page.figure_delivered", count: countOf(status, "delivered") },
    ];
    if (status.entries.recorded === undefined) return figures;
    return [
        { name: "page.figure_recorded", count: countOf(status, "recorded") },
        { name: "page.figure_stays", count: countOf(status, "local") },
        ...figures,
    ];
}
