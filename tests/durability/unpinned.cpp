#include "tests/durability/unpinned.h"

#include "platform/check.h"

#include <lmdb.h>

#include <cstddef>
#include <dlfcn.h>

namespace tizilim::durability {
namespace {

struct Pinning {
    bool off = false;
    bool writing = false;
};

Pinning the_pinning;

template <class Function>
Function* next(const char* name, Function* /*of this kind*/) {
    void* const found = ::dlsym(RTLD_NEXT, name);
    CHECK(found != nullptr);
    return reinterpret_cast<Function*>(found);
}

}  // namespace

Unpinned::Unpinned() {
    the_pinning.off = true;
}

Unpinned::~Unpinned() {
    the_pinning.off = false;
}

}  // namespace tizilim::durability

namespace durability = tizilim::durability;

// LMDB's own, seen before LMDB: a definition in the program takes precedence over a library's.
extern "C" {
// NOLINTBEGIN(readability-identifier-naming,misc-definitions-in-headers)
int mdb_txn_begin(MDB_env* env, MDB_txn* parent, unsigned flags, MDB_txn** txn) {
    auto* const begin = durability::next("mdb_txn_begin", &mdb_txn_begin);
    const int code = begin(env, parent, flags, txn);
    if (code != 0) return code;
    if ((flags & MDB_RDONLY) == 0) {
        durability::the_pinning.writing = true;
    } else if (durability::the_pinning.off && durability::the_pinning.writing) {
        mdb_txn_reset(*txn);
    }
    return 0;
}
int mdb_txn_commit(MDB_txn* txn) {
    auto* const commit = durability::next("mdb_txn_commit", &mdb_txn_commit);
    durability::the_pinning.writing = false;
    return commit(txn);
}
// NOLINTEND(readability-identifier-naming,misc-definitions-in-headers)
}
