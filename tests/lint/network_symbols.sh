#!/usr/bin/env bash
# network_symbols.sh PROGRAM LIBRARY ROOT: in a program that delivers is nothing of LMDB or CMS, and of
# the store only what LIBRARY (store_replication) has, and what is inline in the headers that sync sees.
set -euo pipefail
export LC_ALL=C

# "TYPE NAME".
symbols_of() { nm --demangle --no-sort "$1" | sed -E 's/^ *([0-9a-f]+ +)?//'; }
# Those of the store by name: a function of another layer may take and return the store's types.
of_store() {
    grep -E '^[A-Za-z] ([a-z-]+ )*(for |to )?tizilim::store::' |
        grep -Ev '^[A-Za-z] tizilim::store::[A-Za-z0-9_:]+ ?(const)?[*&]* (std|tizilim)::' || true
}
# Weak, the name of a group of such, or what GCC cuts off a function.
is_inline='^[WVuwvn] |[[]clone '

symbols=$(symbols_of "$1")
if ! grep -q ' tizilim::sync::' <<<"$symbols"; then
    echo "$1 has no symbol of sync: it is stripped, or does not deliver"
    exit 1
fi
store=$(of_store <<<"$symbols")
theirs=$(symbols_of "$2" | of_store | cut -c3- | sort -u)
declared=$(sed 's|//.*||' "$3"/store/replication/*.h "$3"/store/store_error.h | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u)
wrong=$(
    grep -E '^[A-Za-z] (mdb_|CMS_)' <<<"$symbols" | cut -c3- || true
    comm -23 <(grep -Ev "$is_inline" <<<"$store" | cut -c3- | sort -u) <(echo "$theirs")
    comm -23 <(grep -E "$is_inline" <<<"$store" | grep -oE 'tizilim::store::[A-Za-z0-9_]+' | sed 's/.*:://' | sort -u) \
        <(echo "$declared")
)
if [[ -n $wrong ]]; then
    echo "$1 has symbols of the register or of CMS:"
    printf '%s\n' "$wrong"
    echo "a program that delivers reaches the register through store::Replication alone"
    exit 1
fi
