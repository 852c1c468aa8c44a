// The settings of this computer, as they are kept and as they are sent.
import { Gone, type Client } from "../api/client";
import type { Json, Status } from "../api/types";

export type Fields = Readonly<Record<string, string>>;

/// GET /api/v1/setup.
export interface Setup extends Json {
    file: string;
    fields: Fields;
    has_password: boolean;
}

const kTriesMax = 60;
const kMilliseconds = 250;

function isHeldBy(status: Status): unknown {
    const register = (status["processes"] as Json | undefined)?.["register"];
    return (register as Json | undefined)?.["pid"];
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
