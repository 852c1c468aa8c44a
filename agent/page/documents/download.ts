// A file that the daemon made, given to the browser to keep: fetched with the session, named here.
import type { Client } from "../api/client";

export async function download(client: Client, path: string, name: string): Promise<void> {
    const answer = await client.send("GET", path);
    const address = URL.createObjectURL(await answer.blob());
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
