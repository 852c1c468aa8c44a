// The settings of this computer, as they are kept and as they are sent.
import { Gone, type Client } from "../api/client";
import type { Status } from "../api/types";

/// By their names in GET /api/v1/setup.
export type Fields = Readonly<Record<string, string | undefined>>;

const kTriesMax = 60;
const kMilliseconds = 250;

function isHeldBy(status: Status): unknown {
    return status.processes.register.pid;
}

/// Saves them. While there is no register, another program goes on with them: waits for it.
export async function save(client: Client, fields: Fields): Promise<void> {
    const before = await client.get<Status>("/status");
    await client.post("/api/v1/setup", fields);
    if (before.state !== "no_register") return;
    for (let tried = 0; tried < kTriesMax; ++tried) {
        try {
            if (isHeldBy(await client.get<Status>("/status")) !== isHeldBy(before)) return;
        } catch (failure) {
            if (!(failure instanceof Gone)) throw failure;
        }
        await new Promise(wake => setTimeout(wake, kMilliseconds));
    }
    throw new Gone();
}
