#!/usr/bin/env bash
# gate.sh COMPILER SOURCE: what must not compile. SOURCE must compile as it stands; with every gate
# opened at once each must fail, at its own lines, with the error that it names. Diagnostics are GCC's.
set -euo pipefail

compiler=$1 source=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
compile=("$compiler" -std=c++20 -fsyntax-only -Wall -Wextra -Werror -Wno-unused-variable -fmax-errors=0
    "-I$here/../..")
export LC_ALL=C

"${compile[@]}" "$source" || { echo "$source does not compile with its gates shut"; exit 1; }
mapfile -t gates < <(sed -n 's|^// gate \([a-z_]*\): .*|-D\1|p' "$source")
[[ ${#gates[@]} -gt 0 ]] || { echo "$source has no gate: write \`// gate name: diagnostic\`"; exit 1; }
said=$(mktemp)
trap 'rm -f "$said"' EXIT
"${compile[@]}" "${gates[@]}" "$source" 2>"$said" || true
awk -f "$here/gate.awk" "$source" "$said"
