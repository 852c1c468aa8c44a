#!/usr/bin/env bash
# messages.sh [ROOT]: the catalogues of agent/texts are whole and well-formed, and the code and they
# name the same messages. Exits 1 and names file, message and remedy.
set -euo pipefail
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:-$here/../..}"
texts=agent/texts
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# One line a message: CODE<TAB>FIELD<TAB>TEXT, FIELD as msgid or msgstr[1], or fuzzy.
flat() {
    msgcat --no-wrap "$1" | awk '
        function put() { if (field != "" && code != "") print code "\t" field "\t" text; field = "" }
        /^#.*fuzzy/ { fuzzy = 1 }
        /^msgctxt / {
            put(); code = $0; sub(/^msgctxt "/, "", code); sub(/"$/, "", code)
            if (fuzzy) print code "\tfuzzy\t"
            fuzzy = 0
            next
        }
        /^msg/ { put(); field = $1; text = $0; sub(/^[^"]*"/, "", text); sub(/"$/, "", text); next }
        /^"/ { line = $0; sub(/^"/, "", line); sub(/"$/, "", line); text = text line; next }
        /^$/ { put(); code = "" }
        END { put() }'
}

# Form, plurals and line ends.
for language in kk ru; do
    msgfmt --check --output-file=/dev/null "$texts/$language.po" || failed=1
done
msgen "$texts/messages.pot" | msgfmt --check-format --output-file=/dev/null - || failed=1
[[ $failed == 0 ]] || exit 1

flat "$texts/messages.pot" >"$scratch/pot"
for catalogue in messages.pot kk.po ru.po; do
    grep -o '^msgctxt ".*"' "$texts/$catalogue" | sort -c 2>&1 |
        sed -E "s|^.*msgctxt \"(.*)\"|$texts/$catalogue: \1: messages stand in the order of their codes: move it|" |
        grep . && failed=1
done

# Each message of messages.pot, whole, with the same English; what a translation names must be what
# the English names, but a plural may leave the number out.
for language in kk ru; do
    flat "$texts/$language.po" | awk -F '\t' -v file="$texts/$language.po" '
        function problem(code, what) { print file ": " code ": " what; bad = 1 }
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
        FNR == NR {
            if ($2 == "msgid") codes[++count] = $1
            if ($2 ~ /^msgid/) english[$1, $2] = $3
            next
        }
        $2 == "fuzzy" { problem($1, "a guess (fuzzy): translate it, and take the mark off") }
        $2 ~ /^msgid/ { here[$1, $2] = 1 }
        $2 ~ /^msgid/ && ($1, $2) in english && english[$1, $2] != $3 {
            problem($1, "its English is not that of messages.pot: copy that, and translate it")
        }
        $2 == "msgid" && !(($1, $2) in english) {
            problem($1, "messages.pot has no such message: take it out")
        }
        $2 ~ /^msgstr/ && $3 == "" { problem($1, "no translation: translate it"); next }
        $2 ~ /^msgstr/ {
            whole = english[$1, "msgid"]
            plural = english[$1, "msgid_plural"]
            missing = plural == "" ? lacks(whole, $3) : ""
            if (missing != "") problem($1, "the translation lacks " missing ": name it")
            extra = lacks($3, whole " " plural)
            if (extra != "") problem($1, "the English has no " extra ": take it out")
        }
        END {
            for (i = 1; i <= count; ++i)
                if (!((codes[i], "msgid") in here)) problem(codes[i], "missing: translate it")
            exit bad
        }' "$scratch/pot" - || failed=1
done

# What Words shows a {value:kind} as, or a family of messages.
awk -F '\t' -v file="$texts/messages.pot" '
    FNR == NR { family = $1; sub(/\.[^.]*$/, "", family); families[family] = 1; next }
    {
        rest = $3
        while (match(rest, /:[a-z_]+\}/)) {
            kind = substr(rest, RSTART + 1, RLENGTH - 2)
            rest = substr(rest, RSTART + RLENGTH)
            if (kind ~ /^(time|second|date|lines)$/ || kind in families) continue
            print file ": " $1 ": no kind of value: " kind ": take a family of messages, or what agent/texts/words.h names"
            bad = 1
        }
    }
    END { exit bad }' "$scratch/pot" "$scratch/pot" || failed=1

# Codes in the sources: whole literals. One that ends with a full stop uses a whole family.
codes=$(cut -f 1 "$scratch/pot" | sort -u)
find platform store sync agent -name node_modules -prune -o \( -name '*.h' -o -name '*.cpp' -o -name '*.ts' -o -name '*.tsx' \) -print | sort | xargs awk -v codes="$codes" '
    BEGIN { n = split(codes, list, "\n"); for (i = 1; i <= n; ++i) known[list[i]] = 1 }
    FNR == 1 { before = "" }
    {
        line = $0
        sub(/^ *\/\/.*|\/\/\/<.*/, "", line)
        gsub(/'\''\\?"'\''/, "", line)
        rest = line
        while (match(rest, /"([^"\\]|\\.)*"/)) {
            literal = substr(rest, RSTART + 1, RLENGTH - 2)
            lead = before substr(rest, 1, RSTART - 1)
            used[literal] = 1
            # Where a message must stand, at the end of what comes before.
            if (lead ~ /(Message *[a-z_]*|refusal|words_?|\.words)[({] *$/ && !(literal in known) &&
                literal !~ /\.$/) {
                print FILENAME ":" FNR ": " literal ": agent/texts/messages.pot has no such message: add it there, to kk.po and ru.po"
                bad = 1
            }
            if (lead ~ /as_it_stands[({] *$/) {
                print FILENAME ":" FNR ": " literal ": only what others said is shown as it stands: make a message of it"
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
                if (family != "" && family in used) found = 1
                sub(/\.$/, "", family)
            }
            if (!found) { print "agent/texts/messages.pot: " code ": nothing says it: take it out"; bad = 1 }
        }
        exit bad
    }' || failed=1

# The page leaves out families of messages that it never hears: what says one of them is named here, but for start, end,
# log, /healthz and whole documents. And what stays names no family that is left out.
filter=agent/page/words/from_po.mjs
unheard='^agent/cli/|^agent/admin/|^agent/daemon/tizilimd[.]cpp|^agent/documents/report/|^agent/delivery/metrics[.]cpp'
unheard+='|^platform/cms/cms_(key_file|signing_key|gost_signing)[.]cpp|^platform/network/l(istening|ocal)_'
unheard+='|^agent/config/config[.]cpp:crash[.]|^agent/daemon/supervisor[.]cpp:(daemon|port)[.]'
unheard+='|^agent/processes/program_start[.]cpp:daemon[.]|^agent/input/codes[.]cpp:form_official[.]'
unheard+='|^agent/delivery/(observation[.]cpp:health|outage_log[.]cpp:outage)[.]'
left_out=$([[ -f $filter ]] && sed -n '/^const kNotHere/,/^]/p' "$filter" | grep -o '"[a-z_]*"' | tr -d '"' || true)
find platform store sync agent -name node_modules -prune -o \( -name '*.h' -o -name '*.cpp' -o -name '*.ts' -o -name '*.tsx' \) -print | sort |
    xargs grep -oHE '"[a-z_]+[.][A-Za-z_.]*"' | tr -d '"' |
    awk -F '[:\t]' -v file=$filter -v unheard="$unheard" -v families="$left_out" '
    BEGIN { n = split(families, list, "\n"); for (i = 1; i <= n; ++i) if (list[i] != "") out[list[i]] = 1 }
    function is_said(by, code,    family) {
        family = code
        sub(/[^.]+$/, "", family)
        return code in by ? by[code] : by[family]
    }
    FILENAME == "-" && $1 ~ /^agent\/page\// { here[$2] = $1; next }
    FILENAME == "-" { if (($1 ":" $2) !~ unheard) heard[$2] = $1; next }
    { family = $1; sub(/[.].*/, "", family) }
    !(family in out) || is_said(here, $1) != "" {
        rest = $0
        while (match(rest, /:[a-z_]+\}/)) {
            kind = substr(rest, RSTART + 1, RLENGTH - 2)
            rest = substr(rest, RSTART + RLENGTH)
            if (!(kind in out) || $1 in told) continue
            print file ": " kind ": " $1 " shows it: take it out of kNotHere"
            told[$1] = bad = 1
        }
        next
    }
    is_said(heard, $1) != "" && !($1 in told) {
        print file ": " family ": " is_said(heard, $1) " may say " $1 " to the page: take it out of kNotHere"
        told[$1] = bad = 1
    }
    END { exit bad }' - "$scratch/pot" || failed=1
exit $failed
