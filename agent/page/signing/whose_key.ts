// Whose key made a signature, read off the certificates inside a CMS, to be shown before anything
// is stored. The daemon decides what counts; this only reads names.

interface Node {
    tag: number;
    bytes: Uint8Array;
}

export interface Holder {
    name: string;
    iin: string;
    /// RFC 3339
    validTo: string;
}

const kSequence = 0x30;
const kNamed: { readonly [oid: string]: "cn" | "serial" | "given" } = {
    "55 04 03": "cn",
    "55 04 05": "serial",
    "55 04 2a": "given",
};
const kNodesMax = 256;

/// The parts of a DER value that is made of parts; stops where they are damaged.
function partsOf(bytes: Uint8Array): Node[] {
    const parts: Node[] = [];
    let at = 0;
    while (at + 2 <= bytes.length && parts.length < kNodesMax) {
        const tag = bytes[at] ?? 0;
        let length = bytes[at + 1] ?? 0;
        at += 2;
        if (length > 128 && length <= 132) {
            const count = length - 128;
            length = 0;
            for (let i = 0; i < count; ++i) length = length * 256 + (bytes[at + i] ?? 0);
            at += count;
        }
        if (length > bytes.length - at) return parts;
        parts.push({ tag, bytes: bytes.subarray(at, at + length) });
        at += length;
    }
    return parts;
}

function oidOf(node: Node | undefined): string {
    return [...(node?.bytes ?? [])].map(byte => byte.toString(16).padStart(2, "0")).join(" ");
}

function textOf(node: Node | undefined): string {
    return node === undefined ? "" : new TextDecoder().decode(node.bytes);
}

/// UTCTime and GeneralizedTime.
function timeOf(node: Node | undefined): string {
    const found = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/.exec(textOf(node));
    if (found === null) return "";
    const [, century, year, month, day, hour, minute] = found;
    return `${century ?? "20"}${year}-${month}-${day}T${hour}:${minute}:00Z`;
}

function holderOf(certificate: Uint8Array): Holder | null {
    const tbs = partsOf(certificate)[0];
    if (tbs === undefined) return null;
    // version, serial, algorithm, issuer, validity, subject
    const parts = partsOf(tbs.bytes).filter(part => part.tag === kSequence);
    const [, , validity, subject] = parts;
    const names = { cn: "", serial: "", given: "" };
    for (const set of partsOf(subject?.bytes ?? new Uint8Array()))
        for (const pair of partsOf(set.bytes)) {
            const [oid, value] = partsOf(pair.bytes);
            const name = kNamed[oidOf(oid)];
            if (name !== undefined) names[name] = textOf(value);
        }
    const iin = /^IIN(\d{12})$/.exec(names.serial)?.[1] ?? "";
    const validTo = timeOf(partsOf(validity?.bytes ?? new Uint8Array())[1]);
    return { name: [names.cn, names.given].filter(Boolean).join(" "), iin, validTo };
}

/// Of the certificates in `cms`, the one of a person; null where none can be read.
export function holderIn(cms: string): Holder | null {
    let bytes: Uint8Array;
    try {
        bytes = Uint8Array.from(atob(cms), letter => letter.charCodeAt(0));
    } catch {
        return null;
    }
    const content = partsOf(partsOf(bytes)[0]?.bytes ?? new Uint8Array())[1];
    const signedData = partsOf(content?.bytes ?? new Uint8Array())[0];
    const certificates = partsOf(signedData?.bytes ?? new Uint8Array()).find(
        part => part.tag === 0xa0,
    );
    const holders = partsOf(certificates?.bytes ?? new Uint8Array())
        .map(one => holderOf(one.bytes))
        .filter(holder => holder !== null);
    return holders.find(holder => holder.iin !== "") ?? holders[0] ?? null;
}
