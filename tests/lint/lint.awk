# The house rules over the files named on the command line; rules.txt and folders.txt come first.
# Prints path:line: rule: remedy, and exits 1 if there was anything to print.

function report(path, line, rule, remedy) {
    printf "%s:%d: %s: %s\n", path, line, rule, remedy
    bad = 1
}

function end_of_rule() {
    if (rule_name == "") return
    ++rules
    name[rules] = rule_name; where[rules] = rule_in; except[rules] = rule_except
    view[rules] = rule_view; forbid[rules] = rule_forbid; allow[rules] = rule_allow
    remedy[rules] = rule_remedy
    rule_name = rule_in = rule_except = rule_view = rule_forbid = rule_allow = rule_remedy = ""
}

function read_rule_line(line,    key, value) {
    if (line ~ /^#/) return
    if (line == "") { end_of_rule(); return }
    key = substr(line, 1, index(line, " ") - 1)
    value = substr(line, 10)
    if (key == "rule") rule_name = value
    else if (key == "in") rule_in = value
    else if (key == "except") rule_except = value
    else if (key == "view") rule_view = value
    else if (key == "forbid") rule_forbid = value
    else if (key == "word") rule_forbid = "(^|[^A-Za-z0-9_])" value
    else if (key == "allow") rule_allow = value
    else if (key == "remedy") rule_remedy = value
    else report("tests/lint/rules.txt", FNR, "rules", "unknown key " key)
}

# A line of folders.txt: a folder, and those above it that it may include.
function read_folder_line(line,    colon, folder, count, used, i) {
    if (line ~ /^#/ || line == "") return
    colon = index(line, ":")
    folder = substr(line, 1, colon - 1)
    count = split(substr(line, colon + 1), used, " ")
    for (i = 1; i <= count; ++i) {
        if (!(used[i] in is_folder))
            report("tests/lint/folders.txt", FNR, "folder-order",
                   folder " may use only what stands above it in this list, not " used[i])
        may_include[folder, used[i]] = 1
    }
    is_folder[folder] = 1
}

function folder_of(file) {
    return match(file, /\/[^\/]*$/) ? substr(file, 1, RSTART - 1) : ""
}

# An include of one product folder by another.
function follow_include(code,    from, to, file) {
    if (path !~ /^(platform|store|sync|agent)\// || code !~ /^ *# *include "/) return
    file = code; sub(/^[^"]*"/, "", file); sub(/".*/, "", file)
    from = folder_of(path); to = folder_of(file)
    if (from == to || to !~ /^(platform|store|sync|agent)(\/|$)/) return
    if (!(from in is_folder))
        report(path, 1, "folder-arrow", from " is a new folder: say in tests/lint/folders.txt what it may use")
    else if (!((from, to) in may_include))
        report(path, FNR, "folder-arrow", from " may not use " to \
            ": move what both need down, hand it in, or give the folder a new use in tests/lint/folders.txt")
}

# The line without comments and with strings emptied; these are left in `strings`. in_comment and
# raw_end live between lines.
function code_of(line,    out, at, token, rest) {
    strings = ""
    if (!in_comment && raw_end == "" && line ~ /^ *# *include/) return line
    out = ""
    while (line != "") {
        if (in_comment) {
            at = index(line, "*/")
            if (!at) return out
            line = substr(line, at + 2); in_comment = 0
            continue
        }
        if (raw_end != "") {
            at = index(line, raw_end)
            strings = strings (at ? substr(line, 1, at) : line)
            if (!at) return out
            line = substr(line, at + length(raw_end)); raw_end = ""
            out = out "\""
            continue
        }
        if (!match(line, /["'\/]/)) return out line
        at = RSTART; token = substr(line, at, 1)
        rest = substr(line, at + 1)
        out = out substr(line, 1, at - 1)
        if (token == "/") {
            if (rest ~ /^\//) return out
            if (rest ~ /^\*/) { in_comment = 1; line = substr(rest, 2); continue }
            out = out "/"; line = rest
        } else if (token == "'" && out ~ /[0-9A-Fa-f]$/ && rest ~ /^[0-9A-Fa-f]/) {
            line = rest  # a digit separator
        } else if (token == "\"" && out ~ /R$/) {
            at = index(rest, "(")
            raw_end = ")" substr(rest, 1, at - 1) "\""
            out = out "\""; line = substr(rest, at + 1)
        } else {
            out = out token token
            if (token == "\"") match(rest, /^([^"\\]|\\.)*"/)
            else match(rest, /^([^'\\]|\\.)*'/)
            if (token == "\"" && RLENGTH > 0) strings = strings "\"" substr(rest, 1, RLENGTH)
            line = RLENGTH > 0 ? substr(rest, RLENGTH + 1) : ""
        }
    }
    return out
}

# Braces of this line of code: a block that is no namespace, type or table is a function.
function follow_braces(code,    at, brace, lines) {
    if (code ~ /^ *#/) return
    while (match(code, /[{};]/)) {
        at = RSTART; brace = substr(code, at, 1)
        statement = statement substr(code, 1, at - 1)
        code = substr(code, at + 1)
        if (brace == "{") {
            ++depth
            if (!function_depth &&
                statement !~ /(^|[^A-Za-z0-9_])(namespace|class|struct|union|enum|extern|interface|import|export \{)([^A-Za-z0-9_]|$)/ &&
                statement !~ /= *[^()=]*\(? *$/) {
                function_depth = depth; function_line = FNR
            }
        } else if (brace == "}") {
            if (depth == function_depth) {
                lines = FNR - function_line + 1
                if (lines > 60 && path !~ /^tests\/gate\//)
                    report(path, function_line, "function-length",
                           lines " lines, 60 at most: give a part of it a name of its own")
                function_depth = 0
            }
            --depth
        }
        statement = ""
    }
    statement = statement code " "
}

# A catch (...) may clean up, but must pass on what it caught.
function follow_catch_all(code) {
    if (catch_line && depth < catch_depth) {
        report(path, catch_line, "no-catch-all", "end it with throw; or catch the type you can handle")
        catch_line = 0
    }
    if (code ~ /catch \(\.\.\.\)/) { catch_line = FNR; catch_depth = depth }
    if (code ~ /(^|[^A-Za-z0-9_])throw;/) catch_line = 0
}

function begin_file() {
    path = FILENAME; sub(/^\.\//, "", path)
    in_comment = 0; raw_end = ""; statement = ""
    depth = function_depth = catch_line = 0
    is_code = path ~ /\.(h|cpp|tsx?)$/
    has_pragma = is_shell = is_strict = 0
    active = 0
    for (r = 1; r <= rules; ++r)
        if (path ~ where[r] && (except[r] == "" || path !~ except[r])) order[++active] = r
}

function end_file() {
    if (path == "") return
    if (path ~ /\.h$/ && !has_pragma)
        report(path, 1, "pragma-once", "a header begins with #pragma once")
    if (is_shell && !is_strict)
        report(path, 1, "strict-shell", "put set -euo pipefail below the first comment")
    if (path ~ /\.(h|cpp|tsx?|js|mjs|css|sh|awk|cmake)$/ && last_line > 600)
        report(path, 601, "file-length", last_line " lines, 600 at most: one idea a file")
}

FILENAME == RULES { read_rule_line($0); next }
FILENAME == FOLDERS { read_folder_line($0); next }
FNR == 1 { end_of_rule(); end_file(); begin_file() }
{
    last_line = FNR
    if (is_code) {
        code = code_of($0)
        follow_braces(code)
        follow_catch_all(code)
        follow_include(code)
        if (code ~ /^#pragma once/) has_pragma = 1
        width = $0; gsub(/[\200-\277]/, "", width)
        if (length(width) > 100)
            report(path, FNR, "line-length", "100 columns at most: break the line")
    } else {
        code = $0
        if (FNR == 1 && $0 ~ /^#!.*sh$/) is_shell = 1
        if ($0 ~ /^set -euo pipefail$/) is_strict = 1
    }
    for (i = 1; i <= active; ++i) {
        r = order[i]
        seen = view[r] == "text" ? $0 : view[r] == "strings" ? strings : code
        if (seen ~ forbid[r] && (allow[r] == "" || seen !~ allow[r]))
            report(path, FNR, name[r], remedy[r])
    }
}
END { end_file(); exit bad }
