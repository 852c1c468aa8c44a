#pragma once

namespace tizilim::durability {

/// While it lives no reader that is begun beside a writer keeps LMDB from using pages again: what
/// the store would be without its pinned reader. One in the process, one thread.
class Unpinned {
public:
    Unpinned();
    ~Unpinned();
    Unpinned(const Unpinned&) = delete;
    Unpinned& operator=(const Unpinned&) = delete;
};

}  // namespace tizilim::durability
