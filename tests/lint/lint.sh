#!/usr/bin/env bash
# The house rules over the whole tree: lint.sh [ROOT]. Exits 1 and names file, line, rule and remedy.
# lint.sh --rules lists the rules' names.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rules=$here/rules.txt
# Rules that are more than one line of text; lint.awk and this script check them.
structural="pragma-once strict-shell file-length function-length line-length
    no-catch-all folder-readme readme-names-files folder-size folder-arrow folder-order run-bit"

if [[ ${1:-} == --rules ]]; then
    sed -n 's/^rule     //p' "$rules"
    printf '%s\n' $structural
    exit 0
fi

cd "${1:-$here/../..}"
failed=0

for folder in agent platform store sync tests packaging; do
    if [[ -d $folder && ! -f $folder/README.md ]]; then
        echo "$folder/README.md:1: folder-readme: each folder has a one-page README.md:" \
            "what it is for, its files in reading order, what it may use"
        failed=1
    fi
done

# Text files of the tree, whatever tool made the copy: git, a tarball, a plain copy.
mapfile -d '' files < <(find . \
    \( -name .git -o -name node_modules -o -path ./build -o -path ./demo \) -prune -o \
    -type f ! -name LICENSE ! -name '*.csv' ! -name '*.pem' ! -name '*.png' -size -2M -printf '%P\0' | sort -z)

for file in "${files[@]}"; do
    if [[ ! -x $file ]] && IFS= read -r first <"$file" 2>/dev/null && [[ $first == '#!'* ]]; then
        echo "$file:1: run-bit: it begins with #! and can't be run: chmod +x $file"
        failed=1
    fi
done 2>/dev/null

# Every file of a folder is named in its README, in backticks: `name`, `name.h` or `name.cpp`.
declare -A readmes
for file in "${files[@]}"; do
    [[ $file =~ ^(agent|packaging|platform|store|sync|tests)/ && ! $file =~ ^tests/fuzz/corpus/ ]] || continue
    folder=${file%/*} name=${file##*/}
    [[ $name != README.md && $name != CMakeLists.txt && $name != .* ]] || continue
    stem=${name%.h} stem=${stem%.cpp}
    if [[ ! -f $folder/README.md ]]; then
        echo "$file:1: folder-readme: $folder has no README.md: what it is for, its files in" \
            "reading order, what it may use"
        failed=1
        continue
    fi
    [[ -n ${readmes[$folder]:-} ]] || readmes[$folder]=$(<"$folder/README.md")
    named="\`([^\`]*[ /])?$stem(\\.h|\\.cpp)?\`|\`$name\`"
    [[ ${readmes[$folder]} =~ $named ]] || {
        echo "$file:1: readme-names-files: say in $folder/README.md what $name is"
        failed=1
    }
done

# A folder of the product is a room that one can look over.
code_files_max=25
declare -A code_files
for file in "${files[@]}"; do
    [[ $file =~ ^(agent|platform|store|sync)/.*\.(h|cpp|tsx?)$ ]] || continue
    folder=${file%/*}
    code_files[$folder]=$((${code_files[$folder]:-0} + 1))
    ((code_files[$folder] == code_files_max + 1)) || continue
    echo "$folder/README.md:1: folder-size: more than $code_files_max code files: give a part of" \
        "them a folder of its own"
    failed=1
done

awk -v RULES="$rules" -v FOLDERS="$here/folders.txt" -f "$here/lint.awk" "$rules" \
    "$here/folders.txt" "${files[@]}" || failed=1
exit $failed
