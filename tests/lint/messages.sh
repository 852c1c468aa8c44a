#!/usr/bin/env bash
# messages.sh [ROOT]: the catalogues of agent/texts are whole and well-formed, and the code and they
# name the same messages. Exits 1 and names file, message and remedy.
set -euo pipefail
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:-$here/../..}"
texts=agent/texts
failed=0

for language in kk ru; do
    # Form, plurals and line ends.
    msgfmt --check --output-file=/dev/null "$texts/$language.po" || failed=1
    # Every message of messages.pot, translated, with the same English.
    msgcmp "$texts/$language.po" "$texts/messages.pot" 2>&1 >/dev/null | sed 's/$/: translate it/' &&
        [[ ${PIPESTATUS[0]} == 0 ]] || failed=1
done
msgen "$texts/messages.pot" | msgfmt --check-format --output-file=/dev/null - || failed=1

# One line a message: CODE<TAB>FIELD<TAB>TEXT, FIELD as msgid or msgstr[1].
flat() {
    msgcat --no-wrap "$1" | awk '
        function put() { if (field != "" && code != "") print code "\t" field "\t" text; field = "" }
        /^msgctxt / { put(); code = $0; sub(/^msgctxt "/, "", code); sub(/"$/, "", code); next }
        /^msg/ { put(); field = $1; text = $0; sub(/^[^"]*"/, "", text); sub(/"$/, "", text); next }
        /^"/ { line = $0; sub(/^"/, "", line); sub(/"$/, "", line); text = text line; next }
        /^$/ { put(); code = "" }
        END { put() }'
}

# What a translation names must be what the English names; a plural may leave the number out.
for language in kk ru; do
    flat "$texts/$language.po" | awk -F '\t' -v file="$texts/$language.po" '
        function names(text,    found, rest) {
            found = ""
            rest = text
            while (match(rest, /\{[a-z_]+(:[a-z_]+)?\}/)) {
                found = found " " substr(rest, RSTART, RLENGTH)
                rest = substr(rest, RSTART + RLENGTH)
            }
            return found
        }
        function lacks(a, b,    parts, count, i) {
            count = split(names(a), parts, " ")
            for (i = 1; i <= count; ++i) if (index(b, parts[i]) == 0) return parts[i]
            return ""
        }
        $2 == "msgid" { english = $3; plural = "" }
        $2 == "msgid_plural" { plural = $3 }
        $2 ~ /^msgstr/ {
            whole = plural == "" ? english : plural
            missing = plural == "" ? lacks(english, $3) : ""
            if (missing != "") { print file ": " $1 ": the translation lacks " missing; bad = 1 }
            extra = lacks($3, english " " plural)
            if (extra != "") { print file ": " $1 ": the English has no " extra; bad = 1 }
        }
        END { exit bad }' || failed=1
    # What messages.pot has not any more.
    flat "$texts/$language.po" | cut -f 1 | sort -u >"${TMPDIR:-/tmp}/messages.$$"
    flat "$texts/messages.pot" | cut -f 1 | sort -u |
        comm -13 - "${TMPDIR:-/tmp}/messages.$$" |
        sed "s|.*|$texts/$language.po: &: messages.pot has no such message: take it out|" |
        grep . && failed=1
    rm "${TMPDIR:-/tmp}/messages.$$"
done

# Codes in the sources: whole literals. One that ends with a full stop uses a whole family.
codes=$(flat "$texts/messages.pot" | cut -f 1 | sort -u)
find platform store sync agent -name '*.h' -o -name '*.cpp' | sort | xargs awk -v codes="$codes" '
    BEGIN { n = split(codes, list, "\n"); for (i = 1; i <= n; ++i) known[list[i]] = 1 }
    FNR == 1 { before = "" }
    {
        line = $0
        sub(/^ *\/\/.*|\/\/\/<.*/, "", line)
        rest = line
        while (match(rest, /"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\.?"/)) {
            literal = substr(rest, RSTART + 1, RLENGTH - 2)
            lead = before substr(rest, 1, RSTART - 1)
            used[literal] = 1
            # Where a message must stand, at the end of what comes before.
            if (lead ~ /(Message *[a-z_]*|refusal|words_?|\.words)[({] *$/ && !(literal in known) &&
                literal !~ /\.$/) {
                print FILENAME ":" FNR ": " literal ": agent/texts/messages.pot has no such message"
                bad = 1
            }
            before = lead "\"\""
            rest = substr(rest, RSTART + RLENGTH)
        }
        before = rest
        sub(/^ +/, "", before)
    }
    END {
        for (i = 1; i <= n; ++i) {
            code = list[i]
            found = code in used
            family = code
            while (!found && sub(/[^.]+$/, "", family)) {
                if (family in used) found = 1
                sub(/\.$/, "", family)
            }
            if (!found) { print "agent/texts/messages.pot: " code ": nothing says it: take it out"; bad = 1 }
        }
        exit bad
    }' || failed=1
exit $failed
