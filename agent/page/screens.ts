// The screens, their names in the address, and the keys that open them.

export const kScreens = ["new", "register", "sign", "decide", "documents", "state"] as const;
export type Screen = (typeof kScreens)[number];

/// By the key's place on the keyboard, so that a Kazakh or Russian layout does not matter.
export const kKeys: { readonly [code: string]: Screen } = {
    KeyN: "new",
    KeyS: "sign",
    KeyP: "documents",
};

export function screenOf(hash: string): Screen | null {
    return kScreens.find(screen => hash === `#/${screen}`) ?? null;
}

/// The one-time code in the address, as `tizilim open` gives it, which is taken out of the history.
export function takenCode(): string | null {
    const found = /^#([0-9A-Za-z_-]{6,128})$/.exec(location.hash);
    if (found !== null) history.replaceState(null, "", "/");
    return found?.[1] ?? null;
}
