#!/usr/bin/env bash
# tidy.sh [PATTERN [CHECKS]]: clang-tidy over the sources whose path from the root has PATTERN, an
# extended expression, in it; CHECKS are added to those of .clang-tidy. The preset tidy has one command
# a source for it, with no header that hides what a source forgot to include.
#
# What a source includes is looked at for each alone. All else is looked at for up to eight sources of a
# folder at once: most of the time goes into the headers that they share. Where two of them have a name
# of their own alike, one at a time. The analyzer takes a file of the name UnifiedSource for what it
# includes; it gives up a function after a fifth of its usual steps: that halves the time of a file, and
# what it found here it found before.
set -euo pipefail

export pattern=${1:-.} checks=${2:-}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cmake --preset tidy >/dev/null
export build=$PWD/build/tidy
export together=$build/UnifiedSource
rm -rf "$together"
mkdir -p "$together"

# The compile database, without the files that CMake makes.
mapfile -t files < <(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
    grep "^$PWD/" | grep -v "^$build/" | sed "s|^$PWD/||" | grep -E "$pattern" | sort -u)
[[ ${#files[@]} -gt 0 ]] || { echo "no file to check in $build: configure it first"; exit 1; }

tidy() { # CHECKS FILE...: with the command of the database
    clang-tidy-19 --quiet --checks="$1" --warnings-as-errors='*' -p "$build" \
        --extra-arg=-Wno-unknown-warning-option --extra-arg=-Xclang --extra-arg=-analyzer-config \
        --extra-arg=-Xclang --extra-arg=max-nodes=50000 "${@:2}" \
        2> >(grep -vE 'warnings? (generated|treated)|^Suppressed|^Use -header|^\[[0-9]+/' >&2)
}

# What the compiler is told of a source, but for the source itself.
flags_of() {
    grep -F -B 2 "\"file\": \"$PWD/$1\"" "$build/compile_commands.json" |
        sed -n 's/^ *"command": "\(.*\)",$/\1/p' | head -1 | sed 's/\\\\\\"/\\"/g; s/ -o .*//; s/^[^ ]* //'
}

check() { # FILE...: of one folder
    local file joined said found=0
    for file in "$@"; do tidy "-*,misc-include-cleaner" "$file" || found=1; done
    joined=$together/UnifiedSource_$(tr / _ <<<"$1")
    printf '#include "%s"\n' "$@" >"$joined"
    # shellcheck disable=SC2046
    if eval "clang++-19 $(flags_of "$1") -w -fsyntax-only $joined" 2>/dev/null; then
        # The compiler's own warnings were asked for above, of each alone.
        said=$(eval "clang-tidy-19 --quiet --checks='$checks,-misc-include-cleaner,-bugprone-suspicious-include' \
            --warnings-as-errors='*' --config-file=.clang-tidy $joined -- $(flags_of "$1") -w \
            -Xclang -analyzer-config -Xclang max-nodes=50000" 2>/dev/null) || { echo "$said"; found=1; }
    else
        tidy "$checks,-misc-include-cleaner" "$@" || found=1
    fi
    return "$found"
}
export -f tidy flags_of check

# Up to eight of a folder a line.
printf '%s\n' "${files[@]}" | awk '
    { folder = $0; sub(/\/[^\/]*$/, "", folder)
      if (folder != last || count == 8) { if (NR > 1) print ""; last = folder; count = 0 }
      printf "%s ", $0; ++count }
    END { print "" }' |
    xargs -d '\n' -n 1 -P "$(nproc)" bash -c 'check $0' || {
    echo "clang-tidy: mend what it names; NOLINTNEXTLINE(check): reason, only when the check is wrong"
    exit 1
}
echo "clang-tidy: ${#files[@]} files, nothing to mend"
