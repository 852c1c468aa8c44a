#!/usr/bin/env bash
# hardened.sh PROGRAM…: the protections of the release build, read off each program and its debug
# symbols. CMakeLists.txt asks for them under HARDEN.
set -euo pipefail
export LC_ALL=C

failed=0
# need WHAT TEXT PATTERN: TEXT has PATTERN, or the program lacks WHAT.
need() {
    grep -qE -e "$3" <<<"$2" && return
    echo "$program: $1 is missing: build it with the preset release, and see HARDEN in CMakeLists.txt"
    failed=1
}

for program in "$@"; do
    headers=$(readelf --wide --file-header --program-headers "$program")
    sections=$(readelf --wide --sections "$program")
    dynamic=$(readelf --wide --dynamic "$program")
    imports=$(nm --dynamic --undefined-only "$program")
    need "a position-independent executable" "$headers" 'Type: +DYN'
    need "-z relro" "$headers" 'GNU_RELRO'
    need "a stack that is not executable" "$headers" 'GNU_STACK .* RW '
    need "-z now" "$dynamic" 'FLAGS.*NOW'
    need "-fstack-protector-strong" "$imports" '__stack_chk_fail'
    need "-D_FORTIFY_SOURCE" "$imports" '__[a-z0-9]+_chk(@|$)'
    need "-D_GLIBCXX_ASSERTIONS" "$imports" '__glibcxx_assert_fail'
    need "the link to its debug symbols" "$sections" '\.gnu_debuglink'
    if grep -qE '\.symtab|\.debug_info' <<<"$sections"; then
        echo "$program: its symbols are in it: ship() in CMakeLists.txt strips it"
        failed=1
    fi
    if [[ ! -e $program.debug ]]; then
        echo "$program.debug: the debug symbols are missing: ship() in CMakeLists.txt makes them"
        failed=1
        continue
    fi
    # How each source was compiled: the system's own, which no flag of ours reaches, are not in there.
    producers=$(readelf --wide --debug-dump=info "$program.debug" 2>/dev/null |
        grep -E 'DW_AT_producer' | grep -E 'GNU C\+\+' | sort -u)
    for flag in -fstack-protector-strong -fstack-clash-protection -fcf-protection; do
        [[ $flag != -fcf-protection || $(uname -m) == x86_64 ]] || continue
        need "$flag" "$producers" "$flag"
        if grep -vqE -e "$flag" <<<"$producers"; then
            echo "$program: some source was compiled without $flag"
            failed=1
        fi
    done
done
[[ $failed == 0 ]] && echo "hardened: $*"
exit "$failed"
