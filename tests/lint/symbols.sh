#!/usr/bin/env bash
# symbols.sh ARCHIVE: the sync library asks the linker for nothing of the store but what is inline
# in the replication headers.
set -euo pipefail
export LC_ALL=C

symbols=$(nm --demangle --undefined-only --no-sort "$1")
# Names only: a function of sync may take the store's types.
wanted=$(grep -E '^ +U ([a-z-]+ (for|to) )?tizilim::(store|agent)::' <<<"$symbols" | sort -u || true)
if [[ -n $wanted ]]; then
    echo "$1 needs symbols of another layer:"
    printf '%s\n' "$wanted"
    echo "sync links without store: take it through store::Replication, or make it inline there"
    exit 1
fi
