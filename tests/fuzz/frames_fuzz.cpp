#include "platform/check.h"
#include "store/replication/messages.h"
#include "store/replication/sync_snapshot.h"
#include "tests/unit/sync/fake_register.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace store = tizilim::store;

/// A frame in either direction: refused, or it reads back from the frame that is made of it. What
/// is a call is done on a register in memory, whose reply is a frame again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view frame{static_cast<const char*>(static_cast<const void*>(bytes)), size};
    if (const auto told = store::read_frame_of_register(frame)) {
        const std::string again =
            std::visit([](const auto& what) { return store::frame_of(what); }, *told);
        const auto read = store::read_frame_of_register(again);
        CHECK(read);
        CHECK(std::visit([](const auto& what) { return store::frame_of(what); }, *read) == again);
    }
    const auto asked = store::read_frame_of_sync(frame);
    if (!asked) return 0;
    const std::string again =
        std::visit([](const auto& what) { return store::frame_of(what); }, *asked);
    const auto read = store::read_frame_of_sync(again);
    CHECK(read);
    CHECK(std::visit([](const auto& what) { return store::frame_of(what); }, *read) == again);
    const auto* const call = std::get_if<store::Call>(&*asked);
    if (call == nullptr) return 0;
    tizilim::FakeRegister entries;
    entries.add(1);
    if (const auto reply = store::reply_to(*call, entries))
        CHECK(store::read_frame_of_register(store::frame_of(*reply)));
    return 0;
}
