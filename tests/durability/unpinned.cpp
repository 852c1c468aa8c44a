#include "tests/durability/unpinned.h"

#include "platform/check.h"

#include <lmdb.h>

#include <cstddef>
#include <dlfcn.h>

namespace tizilim::durability {
namespace {

bool unpinned = false;
bool writing = false;

template <class Function>
Function* next(const char* name, Function* /*of this kind*/) {
    void* const found = ::dlsym(RTLD_NEXT, name);
    CHECK(found != nullptr);
    return reinterpret_cast<Function*>(found);
}

}  // namespace

Unpinned::Unpinned() {
    unpinned = true;
}

Unpinned::~Unpinned() {
    unpinned = false;
}

}  // namespace tizilim::durability

namespace durability = tizilim::durability;

// LMDB's own, seen before LMDB: a definition in the program takes precedence over a library's.
extern "C" {
// NOLINTBEGIN(readability-identifier-naming,misc-definitions-in-headers)
int mdb_txn_begin(MDB_env* env, MDB_txn* parent, unsigned flags, MDB_txn** txn) {
    static auto* const begin = durability::next("mdb_txn_begin", &mdb_txn_begin);
    const int code = begin(env, parent, flags, txn);
    if (code != 0) return code;
    if ((flags & MDB_RDONLY) == 0) {
        durability::writing = true;
    } else if (durability::unpinned && durability::writing) {
        mdb_txn_reset(*txn);
    }
    return 0;
}
int mdb_txn_commit(MDB_txn* txn) {
    static auto* const commit = durability::next("mdb_txn_commit", &mdb_txn_commit);
    durability::writing = false;
    return commit(txn);
}
// NOLINTEND(readability-identifier-naming,misc-definitions-in-headers)
}
