# awk -f gate.awk SOURCE SAID: whether each gate of SOURCE is shut by the error that it names. SAID is
# what the compiler said with all gates open. An error in a header counts for the line that asks for it.

FNR == 1 { ++file }
file == 1 && FNR == 1 { source = FILENAME }

file == 1 && /^\/\/ gate / {
    name = $3
    sub(/:$/, "", name)
    wanted[name] = $0
    sub(/^\/\/ gate [a-z_]+: /, "", wanted[name])
    waiting[name] = 1
    next
}
file == 1 && /^#ifdef / {
    if (!($2 in wanted)) fail(source ":" FNR ": #ifdef " $2 " has no `// gate " $2 ": diagnostic`")
    open = $2
    next
}
file == 1 && /^#endif/ { open = ""; next }
file == 1 { if (open != "") gate_at[FNR] = open; next }

# "SOURCE:LINE:COLUMN:   required from here" comes before the error in the header.
{
    asked = index($0, source ":") == 1 ? substr($0, length(source) + 2) + 0 : 0
    if (asked && /required from/) asker = asked
}
/: error: / {
    line = asked ? asked : asker ? asker : line  # what follows in headers belongs to the one before
    asker = 0
    if (!(line in gate_at)) { fail("not at a gate: " $0); next }
    text = $0
    sub(/^.*: error: /, "", text)
    if (match(text, wanted[gate_at[line]])) delete waiting[gate_at[line]]
}

function fail(text) { print text; failed = 1 }

END {
    for (name in waiting)
        fail(source ": the gate " name " is open, or shut by another error than: " wanted[name])
    if (!failed) print source ": shut by the errors that they name: " length(wanted) " gates"
    exit failed
}
