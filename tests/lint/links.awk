# Reads the build's link graph, "target links dependency" a line, and forbids paths up the layers.
# Prints each forbidden path with its remedy, and exits 1 if there is one.

function forbid(from, to, remedy) {
    ++bans
    ban_from[bans] = from; ban_to[bans] = to; ban_remedy[bans] = remedy
}

# For libraries: what a lower layer links for itself is not what this one uses.
function forbid_direct(from, to, remedy) {
    forbid(from, to, remedy)
    direct[bans] = 1
}

BEGIN {
    down = "platform is the lowest layer: it links libraries only"
    split("store store_replication sync agent_core", above)
    for (i in above) forbid("platform", above[i], down)
    for (i in above)
        if (above[i] != "store") forbid("store_replication", above[i], "store_replication is headers over platform")
    forbid("store_replication", "store", "store_replication is what sync sees: it must not bring the store along")
    forbid("store", "sync", "store may link platform only: the agent brings store and sync together")
    forbid("store", "agent_core", "store may link platform only")
    forbid("sync", "store", "sync links store_replication, never store: it must run without register and key")
    forbid("sync", "agent_core", "sync may link platform and store_replication only")
    forbid_direct("sync", "PkgConfig::lmdb", "sync holds no register: LMDB belongs to store")
    forbid_direct("sync", "PkgConfig::sodium", "sync holds no key: libsodium belongs to store and platform")
    forbid_direct("store", "CURL::libcurl", "store knows no network: libcurl belongs to platform")
}

$2 == "links" {
    links[$1] = links[$1] " " $3
    target[$1] = 1
}

# The shortest path, or "".
function reaches(from, to, only_direct,    seen, queue, head, tail, at, next_ones, count, i, path_of) {
    queue[1] = from; head = 1; tail = 1; seen[from] = 1; path_of[from] = from
    while (head <= tail) {
        at = queue[head++]
        if (only_direct && at != from) break
        count = split(links[at], next_ones)
        for (i = 1; i <= count; ++i) {
            if (next_ones[i] in seen) continue
            seen[next_ones[i]] = 1
            path_of[next_ones[i]] = path_of[at] " -> " next_ones[i]
            if (next_ones[i] == to) return path_of[to]
            queue[++tail] = next_ones[i]
        }
    }
    return ""
}

END {
    split("platform store store_replication sync agent_core", expected)
    for (i in expected)
        if (!(expected[i] in target)) {
            print "link graph: no target " expected[i] ": name it so in its CMakeLists.txt"
            bad = 1
        }
    for (b = 1; b <= bans; ++b) {
        path = reaches(ban_from[b], ban_to[b], direct[b])
        if (path != "") { print "link graph: " path ": " ban_remedy[b]; bad = 1 }
    }
    exit bad
}
