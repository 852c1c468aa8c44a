#!/usr/bin/env bash
# usage: new_field.sh SOURCES BUILD COMPILER
# A field that is added to the table of an entry's fields, and to what the register keeps of it
# (court_room.patch), is everywhere: in flags, API, history, files, form and search. Builds the
# programs with it in BUILD, beside the sources as they are, and asks them.
set -euo pipefail
# The words looked for are English.
export LC_ALL=C.UTF-8

sources=$1 build=$2 compiler=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
start_seconds=30

die() {
    echo "new_field.sh: $1" >&2
    exit 1
}

# has WHAT TEXT PATTERN: one check.
has() {
    grep -qE -- "$3" <<<"$2" || die "$1: expected $3 in: $2"
}

build_it() {
    rm -rf "$build/sources"
    mkdir -p "$build/sources/tests"
    for part in CMakeLists.txt platform store sync agent; do
        cp -a "$sources/$part" "$build/sources/"
    done
    : >"$build/sources/tests/CMakeLists.txt"
    patch -d "$build/sources" -p1 --fuzz=0 --silent <"$here/court_room.patch" ||
        die "court_room.patch does not fit the sources: make it anew"
    cmake -S "$build/sources" -B "$build/objects" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
        -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DCMAKE_CXX_COMPILER="$compiler" >"$build/log"
    cmake --build "$build/objects" --target tizilim tizilimd >>"$build/log" 2>&1 ||
        { tail -n 30 "$build/log" >&2; die "it does not build"; }
}

agent_pid=''
stop() {
    [[ -z $agent_pid ]] || { kill -TERM "$agent_pid" && wait "$agent_pid"; } || true
}
trap stop EXIT

tizilim() {
    "$build/objects/agent/tizilim" --config "$folder/tizilim.conf" "$@"
}

start() {
    folder=$build/office
    rm -rf "$folder"
    mkdir -m 700 "$folder"
    export XDG_STATE_HOME=$folder/state
    cat >"$folder/tizilim.conf" <<'TEXT'
[register]
directory = register
require_signature = false
[status]
port = 0
TEXT
    local port
    for ((port = 20000 + RANDOM; ; ++port)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    sed -i "s/^port = .*/port = $port/" "$folder/tizilim.conf"
    tizilim init --here >/dev/null 2>&1 || die "no register was made"
    "$build/objects/agent/tizilimd" --config "$folder/tizilim.conf" >"$folder/log" 2>&1 &
    agent_pid=$!
    local tick
    for ((tick = 0; tick < start_seconds * 10; ++tick)); do
        tizilim status >/dev/null 2>&1 && return
        kill -0 "$agent_pid" 2>/dev/null || die "the agent ended: $(tail -n 5 "$folder/log")"
        sleep 0.1
    done
    die "the agent did not start"
}

ask_it() {
    has "flag and its help" "$(tizilim add --help)" '--court-room.*where it was heard'
    tizilim add --basis court_resolution --basis-number 7 --basis-date 2025-11-03 \
        --basis-issuer Court --essence Defence --form court --minutes 90 --minor \
        --court-room 'Hall 12' >/dev/null || die "it is not taken"
    has "API" "$(tizilim --json show 1)" '"court_room": ?"Hall 12"'
    tizilim amend 1 --court-room 'Hall 14' --reason moved >/dev/null || die "it is not amended"
    has "history" "$(tizilim show 1 --history)" 'court room: Hall 12 → Hall 14'
    has "CSV" "$(tizilim export --format csv)" '^.*void_reason,court_room,.*'
    has "CSV" "$(tizilim export --format csv)" ',Hall 14,'
    has "form" "$(tizilim print)" '<del>Hall 12</del> <span>Hall 14</span>'
    has "search" "$(tizilim list --search 'hall 14')" 'Defence'
    has "error" "$(tizilim add --court-room $'a\x01b' 2>&1 || true)" 'court-room: holds a control'

    local row='application_date,recorded_date,basis_type,basis_number,basis_date,basis_issuer'
    row+=$',essence,form,minutes,court_room\n2025-11-03,2025-11-03,court_resolution,8'
    row+=$',2025-11-03,Court,Advice,court,30,Hall 9\n'
    printf '%s' "$row" >"$folder/rows.csv"
    tizilim import "$folder/rows.csv" >/dev/null 2>&1 || die "it is not imported"
    has "import" "$(tizilim --json show 2)" '"court_room": ?"Hall 9"'
    has "import again" "$(tizilim import "$folder/rows.csv" 2>&1)" '1 were there already'
    tizilim verify >/dev/null || die "the register is not in order"
}

build_it
start
ask_it
echo "a new field is everywhere"
