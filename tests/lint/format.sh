#!/usr/bin/env bash
# format.sh [ROOT]: every C++ file is as clang-format writes it.
set -euo pipefail

cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"
find agent platform store sync tests \( -name node_modules -prune \) -o \
    -type f \( -name '*.h' -o -name '*.cpp' \) -print0 |
    xargs -0 -r clang-format-19 --dry-run -Werror || {
    echo "run: clang-format-19 -i on the files above"
    exit 1
}
