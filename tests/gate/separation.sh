#!/usr/bin/env bash
# separation.sh ROOT REGISTER SYNC: what each of the two programs must not have in it, read off the programs
# themselves: tizilim-register no network, tizilim-sync no register, no key and no signatures.
set -euo pipefail
export LC_ALL=C

root=$1 register=$2 sync=$3
failed=0

# refuse PROGRAM WHAT PATTERN: no symbol of PROGRAM, made there or taken from a library, has PATTERN.
refuse() {
    local found
    found=$(grep -E -m 3 -e "$3" <<<"${symbols[$1]}" || true)
    [[ -n $found ]] || return 0
    echo "${1##*/}: has $2, e.g. $found: link only what the program may use (agent/README.md)"
    failed=1
}

# lacks_library PROGRAM NAME
lacks_library() {
    readelf --wide --dynamic "$1" | grep -qE "NEEDED.*\[$2" || return 0
    echo "${1##*/}: is linked with $2: take it out of the target's libraries"
    failed=1
}

declare -A symbols
for program in "$register" "$sync"; do
    symbols[$program]=$(nm --demangle "$program" 2>/dev/null; nm --demangle --dynamic "$program")
    # A check that sees nothing proves nothing.
    [[ $(wc -l <<<"${symbols[$program]}") -gt 1000 ]] || { echo "$program: its symbols are stripped"; exit 1; }
done

lacks_library "$register" libcurl
refuse "$register" "libcurl" ' curl_'
refuse "$register" "the replicator" 'tizilim::sync::'

lacks_library "$sync" liblmdb
refuse "$sync" "LMDB" ' mdb_'
refuse "$sync" "signatures" ' (CMS|PKCS12)_|tizilim::platform::[A-Za-z]*(Cms|cms_|Gost|streebog)'

# Of `store` it may have what store/replication and store/store_error.h name, and nothing else.
declared=$(grep -ohE '[A-Za-z_]+' "$root"/store/replication/*.h "$root"/store/replication/*.cpp \
    "$root/store/store_error.h" | sort -u)
used=$(grep -oE 'tizilim::store::[A-Za-z_]+' <<<"${symbols[$sync]}" | sed 's/.*:://' | sort -u)
while read -r name; do
    [[ -n $name ]] || continue
    echo "${sync##*/}: has tizilim::store::$name, which store/replication does not declare"
    failed=1
done < <(comm -13 <(echo "$declared") <(echo "$used"))
# The control: what is looked for is found where it belongs.
grep -q 'tizilim::store::Register' <<<"${symbols[$register]}" || { echo "no register in $register?"; failed=1; }
grep -q 'tizilim::sync::Replicator' <<<"${symbols[$sync]}" || { echo "no replicator in $sync?"; failed=1; }
exit "$failed"
