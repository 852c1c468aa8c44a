#include "store/merge/unified_questions.h"

#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {
namespace {

// Stored, as keyed hashes. Never rename. The first holds the numbers of the first question and of
// the one behind the last; each question is a row of its own, so that a long queue costs no more.
constexpr std::string_view kQueueName = "unified_questions";
constexpr std::string_view kQuestionName = "unified_question ";

struct Queue {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
};

Queue read_queue(const VaultReader& vault) {
    const std::optional<std::string> bytes = read_meta(vault, kQueueName);
    if (!bytes) return {};
    const std::size_t half = bytes->size() / 2;
    return {number_of(bytes->substr(0, half)), number_of(bytes->substr(half))};
}

void write_queue(VaultWriter& vault, const Queue& queue) {
    if (queue.first == queue.end) return erase_meta(vault, kQueueName);
    write_meta(vault, kQueueName, key_of(queue.first) + key_of(queue.end));
}

std::string question_name(std::uint64_t number) {
    return std::string(kQuestionName) + std::to_string(number);
}

bool may_be_asked_for(const VaultReader& vault, const EntryId& id) {
    const BookReader book(vault);
    const std::optional<EntryHead> head = book.head(id);
    return head && book.version(id, head->versions).entry.disclosure != DisclosureClass::local;
}

}  // namespace

void ask_for_unified(VaultWriter& vault, const EntryId& id) {
    Queue queue = read_queue(vault);
    write_meta(vault, question_name(queue.end), id.raw());
    ++queue.end;
    write_queue(vault, queue);
}

std::vector<EntryId> unified_to_ask(const VaultReader& vault, std::size_t count_max) {
    const Queue queue = read_queue(vault);
    std::vector<EntryId> ids;
    for (std::uint64_t n = queue.first; n < queue.end && ids.size() < count_max; ++n) {
        const std::optional<std::string> raw = read_meta(vault, question_name(n));
        if (!raw) continue;
        const EntryId id = EntryId::from_raw(*raw);
        if (may_be_asked_for(vault, id)) ids.push_back(id);
    }
    return ids;
}

void drop_unified_questions(VaultWriter& vault, const std::set<EntryId>& asked) {
    Queue queue = read_queue(vault);
    std::size_t left = asked.size();
    for (; left > 0 && queue.first < queue.end; ++queue.first) {
        const std::string name = question_name(queue.first);
        const std::optional<std::string> raw = read_meta(vault, name);
        if (!raw) continue;
        const EntryId id = EntryId::from_raw(*raw);
        // One that is local now is dropped as well.
        if (!asked.contains(id) && may_be_asked_for(vault, id)) break;
        left -= asked.contains(id) ? 1 : 0;
        erase_meta(vault, name);
    }
    write_queue(vault, queue);
}

}  // namespace tizilim::store
