#!/usr/bin/env bash
# tidy.sh BUILD [PATTERN]: clang-tidy over what BUILD compiles and PATTERN, an extended expression,
# finds in its path from the root; one file a core at a time.
set -euo pipefail

build=$(cd "$1" && pwd)
pattern=${2:-.}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# The compile database, without the files that CMake makes.
mapfile -t files < <(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
    grep "^$PWD/" | grep -v "^$build/" | sed "s|^$PWD/||" | grep -E "$pattern" | sort -u)
[[ ${#files[@]} -gt 0 ]] || { echo "no file to check in $build: configure it first"; exit 1; }

printf '%s\0' "${files[@]}" |
    xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 --quiet --warnings-as-errors='*' -p "$build" \
        --extra-arg=-Wno-unknown-warning-option 2> >(grep -vE 'warnings? (generated|treated)|^Suppressed|^Use -header' >&2) || {
    echo "clang-tidy: mend what it names; NOLINTNEXTLINE(check): reason, only when the check is wrong"
    exit 1
}
echo "clang-tidy: ${#files[@]} files, nothing to mend"
