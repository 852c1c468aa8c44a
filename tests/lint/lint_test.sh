#!/usr/bin/env bash
# Breaks each rule of the lint in a small clean tree, and expects to be told so by that rule, with
# file, line and remedy. lint_test.sh [C++ COMPILER]
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
compiler=${1:-c++}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
checks=0
failures=0

fail() {
    echo "FAIL: $1"
    failures=$((failures + 1))
}

clean_tree() {
    rm -rf "${tree:?}"/*
    local folder
    for folder in agent platform store store/book store/merge sync tests tests/unit packaging; do
        mkdir -p "$tree/$folder"
        echo "# $folder: \`x\`, \`clean.h\`, \`x.md\`" >"$tree/$folder/README.md"
    done
    printf '#pragma once\n\n#include "platform/files/file.h"\n\nint f();\n' >"$tree/store/clean.h"
}

# RULE is found in the tree (file and line named, and a remedy after it).
expect_found() {
    checks=$((checks + 1))
    local said
    if said=$("$here/lint.sh" "$tree"); then
        fail "$1 passed: $2"
    elif ! grep -Eq "^[^ :]+:[0-9]+: $1: .{4,}" <<<"$said"; then
        fail "$1 was not named for: $2; but: $said"
    fi
}

expect_clean() {
    checks=$((checks + 1))
    local said
    said=$("$here/lint.sh" "$tree") || fail "not right after all: $1: $said"
}

repeat() {
    local i
    for ((i = 0; i < $1; ++i)); do printf '%s\n' "$2"; done
}

# Violations that are more than a line.
plant_shape() {
    case $1 in
    @long-function)
        { echo 'namespace a {'; echo 'int f(int a = 3) {'; repeat 59 '    g();'; echo '}'; echo '}'; } >"$tree/store/x.cpp" ;;
    @long-ts-function)
        { echo 'export function f(a: number) {'; repeat 59 '    g();'; echo '}'; } >"$tree/store/x.tsx"
        echo '`x.tsx`' >>"$tree/store/README.md" ;;
    @long-file) repeat 601 'int g();' >"$tree/store/x.cpp" ;;
    @tab) printf '\tint f();\n' >"$tree/store/x.cpp" ;;
    @long-line) printf '// %098d\n' 0 >"$tree/store/x.cpp" ;;
    @bare-header) echo 'int g();' >"$tree/store/x.h" ;;
    @loose-shell) printf '#!/bin/bash\necho\n' >"$tree/packaging/x"; chmod +x "$tree/packaging/x" ;;
    @no-run-bit) printf '#!/bin/bash\nset -euo pipefail\n' >"$tree/packaging/x" ;;
    @swallow)
        printf 'void f() {\n    try {\n        g();\n    } catch (...) {\n        h();\n    }\n}\n' >"$tree/store/x.cpp" ;;
    @no-readme) rm "$tree/sync/README.md" ;;
    @no-folder-readme) rm "$tree/store/book/README.md"; echo 'int g();' >"$tree/store/book/x.cpp" ;;
    @not-in-readme) echo 'int g();' >"$tree/store/y.cpp" ;;
    @part-of-a-name) echo 'int g();' >"$tree/store/lean.cpp" ;;
    @crowded)
        for ((i = 0; i < 26; ++i)); do printf '#pragma once\n' >"$tree/store/book/y$i.h"; done
        printf '`y%d`\n' {0..25} >>"$tree/store/book/README.md" ;;
    @upward-include) echo '#include "store/merge/merge.h"' >"$tree/store/book/x.cpp" ;;
    @circle)
        echo '#include "store/book/records.h"' >"$tree/store/merge/x.cpp"
        echo '#include "store/merge/merge.h"' >"$tree/store/book/x.cpp" ;;
    @new-folder)
        mkdir "$tree/store/attic"
        echo '`x`' >"$tree/store/attic/README.md"
        echo '#include "store/book/records.h"' >"$tree/store/attic/x.cpp" ;;
    *) fail "plants.txt names an unknown shape: $1" ;;
    esac
}

# The line at the end of a plant; a | in it is taken out, so that this tree has no such line.
plant_line() {
    local path=$1 line=${2//|/}
    mkdir -p "$tree/${path%/*}"
    echo "\`${path##*/}\`" >>"$tree/${path%/*}/README.md"
    case $path in
    *.h) printf '#pragma once\n%s\n' "$line" >"$tree/$path" ;;
    *) printf '%s\n' "$line" >"$tree/$path" ;;
    esac
}

test_rules() {
    local kind rule path line planted=" " rest
    clean_tree
    expect_clean "the clean tree"
    while read -r kind rest; do
        [[ -n $kind && $kind != '#'* ]] || continue
        clean_tree
        if [[ $kind == ok ]]; then
            path=${rest%% *}
            plant_line "$path" "${rest#* }"
            expect_clean "$rest"
            continue
        fi
        rule=${rest%% *}
        rest=${rest#* }
        planted+="$rule "
        if [[ $rest == @* ]]; then
            plant_shape "$rest"
        else
            path=${rest%% *}
            line=${rest#* }
            plant_line "$path" "$line"
        fi
        expect_found "$rule" "$rest"
    done <"$here/plants.txt"
    for rule in $("$here/lint.sh" --rules); do
        [[ $planted == *" $rule "* || $rule == folder-order ]] || fail "no plant in plants.txt for the rule $rule"
    done
}

# A limit is a limit: one less passes.
test_limits() {
    clean_tree
    { echo 'int f() {'; repeat 58 '    g();'; echo '}'; } >"$tree/store/x.cpp"
    printf '// %097d\n' 0 >>"$tree/store/x.cpp"
    repeat 539 'int g();' >>"$tree/store/x.cpp"
    [[ $(wc -l <"$tree/store/x.cpp") == 600 ]] || fail "the test's own file is not 600 lines"
    expect_clean "limits that are just kept"
    clean_tree
    { echo 'const auto kTable = std::to_array<Row>({'; repeat 70 '    {1, 2},'; echo '});'; } >"$tree/store/x.cpp"
    expect_clean "a long table"
    clean_tree
    printf 'void f() {\n    try {\n        g();\n    } catch (...) {\n        h();\n        throw;\n    }\n}\n' \
        >"$tree/store/x.cpp"
    expect_clean "a catch (...) that passes on what it caught"
}

# folders.txt itself goes from the ground up.
test_folders() {
    clean_tree
    checks=$((checks + 1))
    printf 'platform:\nstore/book: platform store/merge\nstore/merge: platform store/book\n' >"$tree/folders"
    local said
    if said=$(awk -v RULES="$here/rules.txt" -v FOLDERS="$tree/folders" -f "$here/lint.awk" \
        "$here/rules.txt" "$tree/folders"); then
        fail "folders in a circle pass"
    elif ! grep -q "folder-order: store/book may use only what stands above it" <<<"$said"; then
        fail "folder-order was not named, but: $said"
    fi
}

message() {
    printf 'msgctxt "%s"\nmsgid "%s"\nmsgstr "%s"\n\n' "$@"
}

# Three catalogues of three messages, and a source that says each.
clean_messages() {
    clean_tree
    mkdir -p "$tree/agent/texts"
    local language plurals
    for language in en kk ru; do
        plurals='nplurals=3; plural=n%10==1 ? 0 : n%10<5 ? 1 : 2'
        [[ $language == ru ]] || plurals='nplurals=1; plural=0'
        {
            printf 'msgid ""\nmsgstr ""\n"Language: %s\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n' $language
            printf '"Project-Id-Version: x\\n"\n"MIME-Version: 1.0\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
            printf '"PO-Revision-Date: x\\n"\n"Last-Translator: x\\n"\n"Language-Team: x\\n"\n'
            printf '"Plural-Forms: %s;\\n"\n\n' "$plurals"
        } >"$tree/agent/texts/$language"
    done
    {
        cat "$tree/agent/texts/en"
        message a.day 'on {day:date}' ''
        message a.word '{name}' ''
        printf 'msgctxt "b.count"\nmsgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    } >"$tree/agent/texts/messages.pot"
    {
        cat "$tree/agent/texts/kk"
        message a.day 'on {day:date}' '{day:date} күні'
        message a.word '{name}' '{name}'
        printf 'msgctxt "b.count"\nmsgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} күн"\n'
    } >"$tree/agent/texts/kk.po"
    {
        cat "$tree/agent/texts/ru"
        message a.day 'on {day:date}' 'дня {day:date}'
        message a.word '{name}' '{name}'
        printf 'msgctxt "b.count"\nmsgid "{n} day"\nmsgid_plural "{n} days"\n'
        printf 'msgstr[0] "{n} день"\nmsgstr[1] "{n} дня"\nmsgstr[2] "{n} дней"\n'
    } >"$tree/agent/texts/ru.po"
    rm "$tree"/agent/texts/{en,kk,ru}
    printf 'f(Message{"a.day"});\ng("a.word");\nh(words("b." + code), "");\n' >"$tree/agent/x.cpp"
    printf 'const said = <p>{words("a.day")}</p>;\n' >"$tree/agent/x.tsx"
    mkdir -p "$tree/agent/page/words"
    printf 'const kNotHere = new Set([\n    "cli", "help",\n]);\n' >"$tree/agent/page/words/from_po.mjs"
}

# An sed SCRIPT on FILE plants a fault, which is named: its file, the message and what to do.
expect_message_fault() {
    local file=$1 script=$2 expected=$3 said
    checks=$((checks + 1))
    clean_messages
    sed -i -E "$script" "$tree/$file"
    if said=$("$here/messages.sh" "$tree" 2>&1); then
        fail "messages.sh passes $file with $script"
    elif ! grep -Eq "$expected" <<<"$said"; then
        fail "messages.sh does not say $expected of $file with $script, but: $said"
    fi
}

test_messages() {
    checks=$((checks + 1))
    clean_messages
    "$here/messages.sh" "$tree" || fail "messages.sh refuses catalogues that are right"
    local texts=agent/texts
    expect_message_fault $texts/ru.po '/a.word/,/^$/d' 'ru.po: a.word: missing: translate it'
    expect_message_fault $texts/kk.po 's/msgstr "\{name.*/msgstr ""/' 'kk.po: a.word: no translation: translate it'
    expect_message_fault $texts/ru.po 's/^(msgstr\[1\]) .*/\1 ""/' 'ru.po: b.count: no translation: translate it'
    expect_message_fault $texts/ru.po 's/^msgctxt "a.word/#, fuzzy\n&/' 'ru.po: a.word: a guess .*: translate it'
    expect_message_fault $texts/kk.po 's/msgid "on /msgid "at /' 'kk.po: a.day: its English .*: copy that'
    expect_message_fault $texts/kk.po 's/^(msgstr "\{name)/\1}{more/' 'kk.po: a.word: the English has no \{more\}: take it out'
    expect_message_fault $texts/ru.po 's/^(msgstr "дня).*/\1"/' 'ru.po: a.day: the translation lacks \{day:date\}: name it'
    expect_message_fault $texts/ru.po '/^msgstr\[2\]/d' 'ru.po:[0-9]+: .*msgstr\[2\]|ru.po:[0-9]+: .*plural'
    expect_message_fault $texts/kk.po 's/^msgstr "(.*күні)"/msgstr "\1/' 'kk.po:[0-9]+:[0-9]*:? .*end-of-line'
    expect_message_fault $texts/kk.po 's/(күні)"/\1\\n"/' 'kk.po:[0-9]+: .*end with'
    expect_message_fault $texts/messages.pot '/a.word/,/^$/d' '(kk|ru).po: a.word: messages.pot has no such message: take it out'
    expect_message_fault $texts/messages.pot 's/day:date/day:days/' 'messages.pot: a.day: no kind of value: days: take'
    expect_message_fault $texts/messages.pot 's/b.count/a.aaa/' 'messages.pot: a.aaa: .*order.*: move it'
    expect_message_fault agent/x.cpp 's/a.day/a.dya/' 'agent/x.cpp:1: a.dya: .*no such message: add it'
    expect_message_fault agent/x.cpp 's/"a.day"/"it is day"/' 'agent/x.cpp:1: it is day: .*no such message: add it'
    expect_message_fault agent/x.cpp 's/g\(/as_it_stands(/' 'agent/x.cpp:2: a.word: .*as it stands: make a message'
    expect_message_fault agent/x.tsx 's/a.day/a.dya/' 'agent/x.tsx:1: a.dya: .*no such message: add it'
    expect_message_fault agent/x.cpp '2d' 'messages.pot: a.word: nothing says it: take it out'
    expect_message_fault agent/x.cpp '3d' 'messages.pot: b.count: nothing says it: take it out'
    local filter=agent/page/words/from_po.mjs
    expect_message_fault $filter 's/"help"/"b"/' 'from_po.mjs: b: agent/x.cpp may say b.count to the page: take it out'
    expect_message_fault $filter 's/"help"/"date"/' 'from_po.mjs: date: a.day shows it: take it out'
}

graph() {
    printf '%s\n' 'platform links Threads::Threads' 'platform links PkgConfig::sodium' \
        'store_replication links platform' 'store_keys links platform' \
        'store_keys links PkgConfig::sodium' 'store_disk links store_keys' \
        'store_disk links PkgConfig::lmdb' 'store_owner links store_disk' \
        'store_owner links store_replication' 'sync links store_replication' \
        'platform links Poco::JSON' 'platform_http links platform' 'platform_http links CURL::libcurl' \
        'platform_cms links platform' 'platform_cms links OpenSSL::Crypto' \
        'platform_confinement links platform' 'platform_confinement links PkgConfig::seccomp' \
        'store_book links platform_cms' 'agent_processes links platform' \
        'agent_network_config links platform' 'agent_network links agent_network_config' \
        'agent_network links platform_http' 'agent_network links sync' \
        'agent_network links agent_processes' 'tizilim-sync links agent_network' \
        'tizilim-sync links platform_confinement' 'agent_config links agent_network_config' \
        'agent_register links store_owner' 'agent_register links agent_config' \
        'agent_cli links agent_register'
}

expect_path() {
    checks=$((checks + 1))
    local said
    if said=$({ graph; printf '%s\n' "${@:2}"; } | awk -f "$here/links.awk"); then
        fail "the link graph passed with ${*:2}"
    elif ! grep -qF "link graph: $1: " <<<"$said"; then
        fail "no $1 in: $said"
    fi
}

test_links() {
    checks=$((checks + 1))
    graph | awk -f "$here/links.awk" || fail "the right link graph does not pass"
    expect_path 'sync -> store_owner' 'sync links store_owner'
    expect_path 'sync -> middle -> store_keys' 'sync links middle' 'middle links store_keys'
    expect_path 'store_disk -> sync' 'store_disk links sync'
    expect_path 'platform -> store_keys' 'platform links store_keys'
    expect_path 'store_replication -> store_owner' 'store_replication links store_owner'
    expect_path 'sync -> PkgConfig::sodium' 'sync links PkgConfig::sodium'
    expect_path 'store_owner -> PkgConfig::lmdb' 'store_owner links PkgConfig::lmdb'
    expect_path 'sync -> platform_http' 'sync links platform_http'
    expect_path 'sync -> platform_cms' 'sync links platform_cms'
    expect_path 'store_owner -> platform_http' 'store_owner links platform_http'
    expect_path 'agent_network -> agent_network_config -> platform_cms' 'agent_network_config links platform_cms'
    expect_path 'tizilim-sync -> agent_config' 'tizilim-sync links agent_config'
    expect_path 'agent_processes -> sync' 'agent_processes links sync'
    expect_path 'agent_register -> agent_network' 'agent_register links agent_network'
    expect_path 'agent_config -> platform_http' 'agent_config links platform_http'
    expect_path 'agent_network -> PkgConfig::seccomp' 'agent_network links PkgConfig::seccomp'
    expect_path 'agent_register -> CURL::libcurl' 'agent_register links CURL::libcurl'
    checks=$((checks + 1))
    ! graph | grep -v '^sync ' | awk -f "$here/links.awk" >/dev/null ||
        fail "a link graph without the target sync passes"
}

# Compiles stdin, and says what symbols.sh thinks of it.
symbols_of() {
    "$compiler" -c -x c++ -o "$tree/x.o" - && "$here/symbols.sh" "$tree/x.o"
}

test_symbols() {
    clean_tree
    checks=$((checks + 4))
    symbols_of >/dev/null <<<'namespace tizilim { namespace store { struct A; } namespace sync { void f(store::A&); } } void g(tizilim::store::A& a) { tizilim::sync::f(a); }' ||
        fail "a function of sync that takes a type of the store is refused"
    ! symbols_of >/dev/null <<<'namespace tizilim::store { struct A { virtual void f(); A(); virtual ~A(); }; struct B : A {}; } void g() { tizilim::store::B b; }' ||
        fail "a class of the store that is not inline passes in sync"
    symbols_of >/dev/null <<<'namespace tizilim::platform { void f(); } void g() { tizilim::platform::f(); }' ||
        fail "a use of platform is refused in sync"
    ! symbols_of >/dev/null <<<'namespace tizilim::store { void f(); } void g() { tizilim::store::f(); }' ||
        fail "a use of the store's symbols passes in sync"
}

test_format() {
    clean_tree
    cp "$here/../../.clang-format" "$tree/"
    printf '#pragma once\n\nint f();\n' >"$tree/store/clean.h"
    checks=$((checks + 2))
    "$here/format.sh" "$tree" >/dev/null 2>&1 || fail "a well-formatted file is refused"
    printf 'int   f( );\n' >"$tree/store/x.cpp"
    ! "$here/format.sh" "$tree" >/dev/null 2>&1 || fail "a badly formatted file passes"
    rm -f "$tree/.clang-format"
}

test_rules
test_limits
test_folders
test_messages
test_links
test_symbols
test_format
echo "lint: $checks checks, $failures failures"
[[ $failures == 0 ]]
