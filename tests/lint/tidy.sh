#!/usr/bin/env bash
# tidy.sh [PATTERN [CHECKS]]: clang-tidy over the sources whose path from the root has PATTERN, an
# extended expression, in it; CHECKS are added to those of .clang-tidy. One file a core at a time. The
# preset tidy has one command a source for it, with no header that hides what a source forgot to
# include. The analyzer gives up a function after a fifth of its usual steps: that halves the time of
# a file, and what it found here it found before.
set -euo pipefail

pattern=${1:-.} checks=${2:-}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cmake --preset tidy >/dev/null
build=$PWD/build/tidy

# The compile database, without the files that CMake makes.
mapfile -t files < <(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
    grep "^$PWD/" | grep -v "^$build/" | sed "s|^$PWD/||" | grep -E "$pattern" | sort -u)
[[ ${#files[@]} -gt 0 ]] || { echo "no file to check in $build: configure it first"; exit 1; }

printf '%s\0' "${files[@]}" |
    xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 --quiet --checks="$checks" --warnings-as-errors='*' -p "$build" \
        --extra-arg=-Wno-unknown-warning-option --extra-arg=-Xclang --extra-arg=-analyzer-config \
        --extra-arg=-Xclang --extra-arg=max-nodes=50000 2> >(grep -vE 'warnings? (generated|treated)|^Suppressed|^Use -header' >&2) || {
    echo "clang-tidy: mend what it names; NOLINTNEXTLINE(check): reason, only when the check is wrong"
    exit 1
}
echo "clang-tidy: ${#files[@]} files, nothing to mend"
