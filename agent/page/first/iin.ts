// Whether the last of an IIN's 12 digits checks the others, as agent/config/iin has it. For a
// warning only: numbers are in use for which it does not.
export function isMistyped(iin: string): boolean {
    if (!/^[0-9]{12}$/.test(iin)) return false;
    const digits = [...iin].map(Number);
    const checked = (shift: number) =>
        digits
            .slice(0, 11)
            .reduce((sum, digit, at) => sum + digit * (((at + shift) % 11) + 1), 0) % 11;
    const first = checked(0);
    return (first === 10 ? checked(2) : first) !== digits[11];
}
