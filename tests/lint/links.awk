# Reads the build's link graph, "target links dependency" a line, and forbids paths up the layers,
# and third-party libraries away from their edge. Prints each with its remedy, and exits 1 if there
# is one.

function layer_of(name) {
    if (name ~ /^platform/ || name == "sync" || name == "store_replication") return name
    if (name == "store" || name ~ /^store_/) return "store"
    if (name == "agent_network" || name == "tizilim-sync") return "network"
    if (name ~ /^agent_admin/ || name == "tizilim-admin") return "centre"
    if (name ~ /^agent_(network_config|processes|words)$/) return "any_program"
    if (name == "agent_core") return ""
    if (name ~ /^agent_/ || name ~ /^tizilim/) return "agent"
    return ""
}

function allow(from, to, remedy,    count, parts, i) {
    count = split(to, parts, " ")
    for (i = 1; i <= count; ++i) allowed[from, parts[i]] = 1
    remedy_of[from] = remedy
}

function edge(library, owners, remedy) {
    edge_owner[library] = " " owners " "
    edge_remedy[library] = remedy
}

BEGIN {
    allow("platform", "", "platform is the lowest layer: it links libraries only")
    allow("platform_http", "platform", "platform_http is libcurl over platform")
    allow("platform_cms", "platform", "platform_cms is OpenSSL over platform")
    allow("platform_confinement", "platform", "platform_confinement is libseccomp over platform")
    allow("store_replication", "platform", "store_replication is what sync sees: headers over platform, which bring no store along")
    allow("store", "platform platform_cms store_replication store", "store may link platform and platform_cms only: the agent brings store, sync and the network together")
    allow("sync", "platform store_replication", "sync links store_replication, never store nor CMS: it must run without register and key")
    allow("any_program", "platform any_program", "what every program links has neither network nor register")
    allow("network", "platform platform_http platform_confinement store_replication sync any_program network", "who delivers links neither the register nor CMS: take it through store::Replication")
    allow("centre", "platform platform_http store_replication sync any_program centre", "the centre has registers at a server only: neither the store nor CMS")
    allow("agent", "platform platform_cms platform_confinement store_replication store any_program agent", "who holds the register links no network: tizilim-sync delivers")
    edge("PkgConfig::lmdb", "store_disk", "LMDB belongs to store/disk")
    edge("PkgConfig::sodium", "store_keys platform", "libsodium belongs to store/keys and platform")
    edge("cereal::cereal", "store_book", "cereal belongs to store/book")
    edge("CURL::libcurl", "platform_http", "libcurl belongs to platform_http")
    edge("OpenSSL::Crypto", "platform_cms", "OpenSSL belongs to platform_cms")
    edge("PkgConfig::seccomp", "platform_confinement", "libseccomp belongs to platform_confinement")
    edge("CLI11::CLI11", "agent_cli agent_admin", "CLI11 belongs to agent/cli and agent/admin")
}

$2 == "links" {
    links[$1] = links[$1] " " $3
    target[$1] = 1
}

# Every target that `from` leads to, and the way there, in way[].
function follow(from,    queue, head, tail, at, next_ones, count, i) {
    split("", way)
    queue[1] = from; head = 1; tail = 1; way[from] = from
    while (head <= tail) {
        at = queue[head++]
        count = split(links[at], next_ones)
        for (i = 1; i <= count; ++i) {
            if (next_ones[i] in way) continue
            way[next_ones[i]] = way[at] " -> " next_ones[i]
            queue[++tail] = next_ones[i]
        }
    }
}

function forbid(what, remedy) {
    print "link graph: " what ": " remedy
    bad = 1
}

END {
    split("platform platform_http platform_cms store_replication store_owner sync agent_network agent_register agent_cli", expected)
    for (i in expected)
        if (!(expected[i] in target))
            forbid("no target " expected[i], "name it so in its CMakeLists.txt")
    for (name in target) {
        from = layer_of(name)
        if (from == "") continue
        follow(name)
        for (reached in way) {
            to = layer_of(reached)
            if (to != "" && reached != name && !((from, to) in allowed))
                forbid(way[reached], remedy_of[from])
        }
        count = split(links[name], direct)
        for (i = 1; i <= count; ++i)
            if (direct[i] in edge_owner && !index(edge_owner[direct[i]], " " name " "))
                forbid(name " -> " direct[i], edge_remedy[direct[i]])
    }
    exit bad
}
