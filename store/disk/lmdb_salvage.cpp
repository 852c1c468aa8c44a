#include "store/disk/lmdb_page.h"
#include "store/disk/lmdb_page_file.h"
#include "store/disk/lmdb_pages.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using lmdb::Meta;
using lmdb::Node;
using lmdb::NodePage;
using lmdb::TreeRecord;

constexpr std::uint64_t kPageBytesUsual = 4096;  ///< where no meta page says it

struct Place {
    std::optional<std::string> table{};
    bool current = false;  ///< as in SalvagedRow
};

/// Names which page is of which table as far as the pages still say it, then reads every page.
class Salvage {
public:
    Salvage(const std::filesystem::path& path, const std::function<void(const SalvagedRow&)>& visit)
        : file_(path), visit_(visit) {}

    void run() {
        const auto metas = file_.metas();
        std::vector<Meta> states;  // the newest first
        for (const auto& meta : {metas.even, metas.odd}) {
            if (meta) states.push_back(*meta);
        }
        std::sort(states.begin(), states.end(),
                  [](const Meta& a, const Meta& b) { return a.transaction > b.transaction; });
        if (!states.empty()) page_bytes_ = states.front().page_bytes;
        pages_ = file_.bytes() / page_bytes_;
        constexpr std::size_t kStates = 2;
        for (const Meta& state : states) {
            // Where one can't be read, it may have been the newer one.
            const bool is_newest = states.size() == kStates && &state == &states.front();
            if (state.page_bytes == page_bytes_) find_tables(state, is_newest);
        }
        for (std::uint64_t page = lmdb::kFirstDataPage; page < pages_; ++page) visit_page(page);
    }

private:
    /// Calls `leaf` for each page of rows that is reached from `root`, each page once in all.
    void reach(std::uint64_t root,
               const std::function<void(std::uint64_t, const NodePage&)>& leaf) {
        std::vector<std::uint64_t> open{root};
        while (!open.empty()) {
            const std::uint64_t number = open.back();
            open.pop_back();
            if (number < lmdb::kFirstDataPage || number >= pages_ || seen_.contains(number)) {
                continue;
            }
            const std::string bytes = file_.read(number * page_bytes_, page_bytes_);
            const NodePage page(bytes);
            if (page.number() != number || (!page.is_leaf() && !page.is_branch())) continue;
            seen_.emplace(number, Place{});
            if (page.is_leaf()) {
                leaf(number, page);
                continue;
            }
            for (const Node& node : page.nodes()) open.push_back(node.child);
        }
    }

    void find_tables(const Meta& meta, bool is_newest) {
        std::vector<std::pair<std::string, std::uint64_t>> roots;
        reach(meta.main.root, [&](std::uint64_t, const NodePage& page) {
            for (const Node& node : page.nodes()) {
                if (node.value.size() != TreeRecord::kBytes) continue;
                roots.emplace_back(node.key, TreeRecord::read(node.value).root);
            }
        });
        for (const auto& table : roots) {
            reach(table.second, [&](std::uint64_t number, const NodePage&) {
                seen_[number] = Place{table.first, is_newest};
            });
        }
    }

    void visit_page(std::uint64_t number) {
        const std::string bytes = file_.read(number * page_bytes_, page_bytes_);
        const NodePage page(bytes);
        if (!page.is_leaf()) return;
        const auto found = seen_.find(number);
        const auto [table, current] = found == seen_.end() ? Place{} : found->second;
        for (const Node& node : page.nodes()) {
            if (node.key.empty() || (node.flags & lmdb::kTreeValue) != 0) continue;
            if ((node.flags & lmdb::kBigValue) == 0) {
                visit_({table, node.key, node.value, current});
                continue;
            }
            const std::uint64_t first = node.big_page();
            if (first < lmdb::kFirstDataPage || first >= pages_) continue;
            visit_({table, node.key,
                    file_.read(first * page_bytes_ + lmdb::kPageHeaderBytes, node.value_bytes),
                    current});
        }
    }

    lmdb::PageFile file_;
    const std::function<void(const SalvagedRow&)>& visit_;
    std::uint64_t page_bytes_ = kPageBytesUsual;
    std::uint64_t pages_ = 0;
    std::map<std::uint64_t, Place> seen_;  ///< pages
};

}  // namespace

void salvage_rows(const std::filesystem::path& file,
                  const std::function<void(const SalvagedRow&)>& visit) {
    Salvage(file, visit).run();
}

}  // namespace tizilim::store
