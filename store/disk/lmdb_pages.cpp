#include "store/disk/lmdb_pages.h"

#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/disk/lmdb_page.h"
#include "store/disk/lmdb_page_file.h"
#include "store/disk/tables.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
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
using platform::Message;

/// A newer Tizilim may have more tables than this one, but not many more.
constexpr std::size_t kTreesMax = 128;

enum class Role { free_list, main, table };

struct Tree {
    Role role;
    std::string name;  ///< of a table; empty: none that this program knows
    TreeRecord record;
};

/// Its name, in a message.
platform::JsonObject shown(const Tree& tree) {
    if (tree.role == Role::main) return as_json(Message{"lmdb.list_of_tables"});
    if (tree.role == Role::free_list) return as_json(Message{"lmdb.list_of_free_pages"});
    if (tree.name.empty()) return as_json(Message{"lmdb.unknown_table"});
    return as_json(Message{"lmdb.table", {{"table", tree.name}}});
}

/// Untrusted: what is too great for a whole number stands there as text.
platform::JsonValue shown(std::uint64_t number) {
    if (number <= std::uint64_t{INT64_MAX}) return number;
    return std::to_string(number);
}

/// A page on the way down, and the keys between which its keys must lie.
struct Level {
    std::string bytes;
    std::vector<Node> nodes;  ///< in `bytes`
    std::size_t next = 0;
    std::optional<std::string> from;
    std::optional<std::string> below;
};

bool is_table(std::string_view name) {
    return std::ranges::find(kTableNames, name) != std::end(kTableNames);
}

class Walker {
public:
    Walker(const std::filesystem::path& path, PagesToCheck pages) : file_(path), pages_(pages) {
        report_.bytes_there = file_.bytes();
    }

    PagesReport run(std::optional<std::uint64_t> transaction) {
        if (choose(transaction)) (void)walk_all();
        return std::move(report_);
    }

private:
    bool bad(Message fault) {
        report_.fault = std::move(fault);
        return false;
    }
    bool bad_page(const Tree& tree, std::uint64_t page, const Message& fault) {
        return bad({"lmdb.fault",
                    {{"page", shown(page)}, {"tree", shown(tree)}, {"fault", as_json(fault)}}});
    }
    bool bad_properties(const Tree& tree) {
        return bad({"lmdb.properties_impossible", {{"tree", shown(tree)}}});
    }

    /// Finds the state to check, and what the two meta pages must agree on.
    bool choose(std::optional<std::uint64_t> transaction) {
        const auto metas = file_.metas();
        if (!metas.even) return bad({"lmdb.no_register_page", {{"page", 0}}});
        if (!metas.odd) return bad({"lmdb.no_register_page", {{"page", 1}}});
        const Meta& even = *metas.even;
        const Meta& odd = *metas.odd;
        if (even.page_bytes != odd.page_bytes) {
            return bad({"lmdb.sizes_differ"});
        }
        meta_ = even.transaction < odd.transaction ? odd : even;
        if (transaction) {
            if (even.transaction == *transaction) meta_ = even;
            if (odd.transaction == *transaction) meta_ = odd;
        } else if (!in_turn(even, odd)) {
            return false;
        }
        const std::uint64_t pages_there = report_.bytes_there / meta_.page_bytes;
        if (meta_.last_page > pages_there + kPagesPastEndMax) {
            return bad({"lmdb.file_cut_off", {{"bytes", report_.bytes_there}}});
        }
        report_.bytes_claimed = (meta_.last_page + 1) * meta_.page_bytes;
        // In a file that is shorter than it claims only free pages may lie past the end.
        whole_ = pages_ == PagesToCheck::all || meta_.last_page >= pages_there ||
                 report_.bytes_claimed <= kCheckWholeBytesMax;
        claimed_.assign(meta_.last_page + 1, false);
        return true;
    }

    /// The n-th transaction writes page n mod 2, whole or not at all: so the two states are always
    /// of one transaction and of the next, and the file never shrinks.
    bool in_turn(const Meta& even, const Meta& odd) {
        const bool odd_is_newest = even.transaction < odd.transaction;
        const Meta& newest = odd_is_newest ? odd : even;
        const Meta& older = odd_is_newest ? even : odd;
        const bool fresh = newest.transaction == 0;
        const bool next = even.transaction % 2 == 0 && odd.transaction % 2 == 1 &&
                          newest.transaction - older.transaction == 1;
        if (!fresh && !next) return bad({"lmdb.states_apart"});
        if (older.last_page <= newest.last_page) return true;
        return bad({"lmdb.older_state_longer"});
    }

    bool walk_all() {
        const Tree main{Role::main, {}, meta_.main};
        if (meta_.main.flags != 0) return bad_properties(main);
        if (!walk(main)) return false;
        if (!tables_are_known()) return false;
        for (const Tree& tree : tables_) {
            if (!walk(tree)) return false;
        }
        // Last, so that a page that is free and in use is named with what uses it.
        const Tree free_list{Role::free_list, {}, meta_.free_list};
        if ((meta_.free_list.flags & ~lmdb::kNoSubdirectory) != lmdb::kIntegerKeys) {
            return bad_properties(free_list);
        }
        if (!walk(free_list)) return false;
        return newest_freed_fits() && most_pages_are_known();
    }

    /// A table that lost its name would be made anew, empty.
    bool tables_are_known() {
        std::set<std::string> names;
        for (const Tree& tree : tables_) names.insert(tree.name);
        const bool stranger = names.erase("") > 0;
        if (!stranger || names.size() == kTableCount) return true;
        for (const char* name : kTableNames) {
            if (!names.contains(name)) return bad({"lmdb.table_renamed", {{"table", name}}});
        }
        return true;
    }

    /// A transaction frees at least the root that it replaces, and writes that down under its own
    /// number: a state that calls itself by another one is an old state in disguise.
    bool newest_freed_fits() {
        if (meta_.transaction < 2 || newest_freed_ == meta_.transaction) return true;
        return bad({"lmdb.state_disguised", {{"page", meta_.transaction % 2}}});
    }

    /// Every page is in a table or free. One that is in neither does no harm; but new pages would
    /// go behind a last page that is far off, and the disk would be filled up to there.
    bool most_pages_are_known() {
        if (!whole_ || claims_ * 2 + 2 * lmdb::kFirstDataPage >= meta_.last_page) {
            return true;
        }
        return bad({"lmdb.last_page_far_off",
                    {{"last", std::to_string(meta_.last_page)}, {"count", claims_}}});
    }

    bool walk(const Tree& tree) {
        const TreeRecord& record = tree.record;
        if (record.root == lmdb::kNoPage) {
            if (record.entries == 0 && record.depth == 0) return true;
            return bad({"lmdb.rows_without_pages", {{"tree", shown(tree)}}});
        }
        if (record.depth == 0 || record.depth > lmdb::kDepthMax) {
            return bad({"lmdb.depth_impossible", {{"tree", shown(tree)}, {"count", record.depth}}});
        }
        rows_ = 0;
        levels_.clear();
        if (!enter(tree, record.root, {}, {})) return false;
        while (!levels_.empty()) {
            if (levels_.back().next == levels_.back().nodes.size()) {
                levels_.pop_back();
            } else if (!descend(tree)) {
                return false;
            }
        }
        if (!reads_leaves(tree) || rows_ == record.entries) return true;
        return bad({"lmdb.rows_miscounted",
                    {{"tree", shown(tree)}, {"count", shown(record.entries)}, {"there", rows_}}});
    }

    /// The lists of tables and of free pages are short, and what writing depends on.
    [[nodiscard]] bool reads_leaves(const Tree& tree) const {
        return whole_ || tree.role != Role::table || tree.record.depth == 1;
    }

    /// To the next page below the one on top.
    bool descend(const Tree& tree) {
        Level& top = levels_.back();
        const std::size_t index = top.next++;
        const std::uint64_t child = top.nodes[index].child;
        if (!reads_leaves(tree) && levels_.size() + 1 == tree.record.depth) {
            return claim(tree, child, 1);
        }
        std::optional<std::string> from = top.from;
        if (index > 0) from.emplace(top.nodes[index].key);
        std::optional<std::string> below = top.below;
        if (index + 1 < top.nodes.size()) below.emplace(top.nodes[index + 1].key);
        return enter(tree, child, std::move(from), std::move(below));
    }

    bool enter(const Tree& tree, std::uint64_t number, std::optional<std::string> from,
               std::optional<std::string> below) {
        if (!claim(tree, number, 1)) return false;
        Level level{file_.read(number * meta_.page_bytes, meta_.page_bytes),
                    {},
                    0,
                    std::move(from),
                    std::move(below)};
        const NodePage page(level.bytes);
        if (page.number() != number) return bad_page(tree, number, {"lmdb.other_number"});
        const bool leaf = levels_.size() + 1 == tree.record.depth;
        if (page.flags() != (leaf ? lmdb::kLeafPage : lmdb::kBranchPage)) {
            return bad_page(tree, number, {"lmdb.other_kind"});
        }
        if (const auto fault = page.fault()) return bad_page(tree, number, *fault);
        level.nodes = page.nodes();
        // LMDB leaves a branch of one in the list of free pages now and then.
        const std::size_t nodes_min = leaf || tree.role == Role::free_list ? 1 : 2;
        if (level.nodes.size() < nodes_min) return bad_page(tree, number, {"lmdb.too_few_rows"});
        if (!keys_in_order(tree, number, level)) return false;
        if (!leaf) {
            levels_.push_back(std::move(level));
            return true;
        }
        rows_ += level.nodes.size();
        return std::ranges::all_of(level.nodes,
                                   [&](const Node& node) { return row(tree, number, node); });
    }

    bool keys_in_order(const Tree& tree, std::uint64_t number, const Level& level) {
        const bool integers = tree.role == Role::free_list;
        std::optional<std::string_view> before;
        // The first key of a branch is never looked at; what is there may be old.
        for (std::size_t i = NodePage(level.bytes).is_branch() ? 1 : 0; i < level.nodes.size();
             ++i) {
            const std::string_view key = level.nodes[i].key;
            const bool sized = integers ? key.size() == sizeof(std::uint64_t) : !key.empty();
            if (!sized || (before && !lmdb::key_less(*before, key, integers)) ||
                (level.from && lmdb::key_less(key, *level.from, integers)) ||
                (level.below && !lmdb::key_less(key, *level.below, integers))) {
                return bad_page(tree, number, {"lmdb.key_out_of_order", {{"row", i + 1}}});
            }
            before = key;
        }
        return true;
    }

    bool row(const Tree& tree, std::uint64_t number, const Node& node) {
        if (tree.role == Role::main) return table(tree, number, node);
        if ((node.flags & ~lmdb::kBigValue) != 0) {
            return bad_page(tree, number, {"lmdb.row_of_unknown_kind"});
        }
        const bool big = node.flags == lmdb::kBigValue;
        if (big && !big_value(tree, number, node)) return false;
        if (tree.role != Role::free_list) return true;
        if (!big) return freed(tree, number, node.key, node.value);
        return freed(tree, number, node.key,
                     file_.read(node.big_page() * meta_.page_bytes + lmdb::kPageHeaderBytes,
                                node.value_bytes));
    }

    bool table(const Tree& main, std::uint64_t number, const Node& node) {
        if (node.flags != lmdb::kTreeValue || node.value.size() != TreeRecord::kBytes) {
            return bad_page(main, number, {"lmdb.row_no_table"});
        }
        if (tables_.size() == kTreesMax) return bad({"lmdb.too_many_tables"});
        const Tree tree{Role::table, is_table(node.key) ? std::string(node.key) : std::string(),
                        TreeRecord::read(node.value)};
        if (tree.record.flags != 0 && !tree.name.empty()) return bad_properties(tree);
        tables_.push_back(tree);
        return true;
    }

    bool big_value(const Tree& tree, std::uint64_t number, const Node& node) {
        const std::uint64_t first = node.big_page();
        const std::uint64_t needed =
            (lmdb::kPageHeaderBytes - 1 + node.value_bytes) / meta_.page_bytes + 1;
        if (!claim(tree, first, needed)) return false;
        const std::string header = file_.read(first * meta_.page_bytes, lmdb::kPageHeaderBytes);
        const NodePage page(header);
        if (page.number() != first || page.flags() != lmdb::kOverflowPage ||
            page.overflow_pages() < needed) {
            return bad_page(tree, number, {"lmdb.long_value_elsewhere"});
        }
        // It may have shrunk in place: the rest of its pages are still its own.
        const std::uint64_t rest = page.overflow_pages() - needed;
        return rest == 0 || claim(tree, first + needed, rest);
    }

    /// A list of free pages: how many, then their numbers, the greatest first.
    bool freed(const Tree& tree, std::uint64_t number, std::string_view key,
               std::string_view list) {
        const auto transaction = lmdb::read_number<std::uint64_t>(key, 0);
        if (transaction == 0 || transaction > meta_.transaction) {
            return bad_page(tree, number, {"lmdb.list_of_no_transaction"});
        }
        newest_freed_ = std::max(newest_freed_, transaction);
        const std::size_t room = list.size() / sizeof(std::uint64_t);
        const std::uint64_t count = room == 0 ? 0 : lmdb::read_number<std::uint64_t>(list, 0);
        if (room == 0 || count > room - 1) return bad_page(tree, number, {"lmdb.list_cut_off"});
        std::uint64_t before = lmdb::kNoPage;
        for (std::size_t i = 1; i <= count; ++i) {
            const auto page = lmdb::read_number<std::uint64_t>(list, i * sizeof(std::uint64_t));
            if (page >= before) return bad_page(tree, number, {"lmdb.list_out_of_order"});
            if (!claim_number(tree, page, 1)) return false;
            before = page;
        }
        return true;
    }

    /// Notes that `tree` uses these pages; each must be there and used by nothing else.
    bool claim(const Tree& tree, std::uint64_t first, std::uint64_t count) {
        if (!claim_number(tree, first, count)) return false;
        if (first + count <= report_.bytes_there / meta_.page_bytes) return true;
        return bad(
            {"lmdb.cut_off_before", {{"tree", shown(tree)}, {"page", shown(first + count - 1)}}});
    }

    bool claim_number(const Tree& tree, std::uint64_t first, std::uint64_t count) {
        if (first < lmdb::kFirstDataPage || first > meta_.last_page ||
            count > meta_.last_page + 1 - first) {
            return bad({"lmdb.not_there", {{"tree", shown(tree)}, {"page", shown(first)}}});
        }
        for (std::uint64_t page = first; page < first + count; ++page) {
            if (claimed_[page]) {
                return bad({"lmdb.used_twice", {{"tree", shown(tree)}, {"page", shown(page)}}});
            }
            claimed_[page] = true;
            ++claims_;
        }
        return true;
    }

    /// Pages past the end of the file that were made and freed by one transaction, and so were
    /// never written: LMDB lets one hold this many.
    static constexpr std::uint64_t kPagesPastEndMax = std::uint64_t{1} << 17;

    lmdb::PageFile file_;
    PagesToCheck pages_;
    bool whole_ = true;
    PagesReport report_;
    Meta meta_;
    std::vector<bool> claimed_;  ///< by page
    std::uint64_t claims_ = 0;
    std::vector<Tree> tables_;
    std::vector<Level> levels_;  ///< from the root of the tree being walked
    std::uint64_t rows_ = 0;
    std::uint64_t newest_freed_ = 0;
};

}  // namespace

PagesReport check_pages(const std::filesystem::path& file, PagesToCheck pages,
                        std::optional<std::uint64_t> transaction) {
    return Walker(file, pages).run(transaction);
}

}  // namespace tizilim::store
