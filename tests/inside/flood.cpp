#include "tests/inside/flood.h"

#include "agent/processes/programs.h"
#include "platform/check.h"
#include "platform/text/message.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"
#include "tests/inside/order.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

namespace tizilim::inside {
namespace {

std::string with_length(const std::string& frame) {
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        bytes += static_cast<char>(static_cast<unsigned char>(frame.size() >> shift));
    return bytes + frame;
}

/// As long as a frame may be: `item` over and over, in the arguments of a call.
std::string longest_call(std::string_view item, std::size_t items_max) {
    std::string frame = R"({"call":"missing","with":[)";
    const std::size_t bytes_max = store::kCallBytesMax - 16;
    for (std::size_t n = 0; n < items_max && frame.size() + item.size() < bytes_max; ++n)
        frame += item;
    return frame + "0]}";
}

/// As many as one call may bring, each with as long a reason as fits: it is in shape, and done.
std::string longest_marks() {
    constexpr std::size_t kMarks = 1'000;
    constexpr std::size_t kReasonBytes = 700;
    const store::Mark mark{
        {"entry:00000000-0000-7000-8000-000000000000", {1, std::string(32, 'a')}},
        store::Verdict::quarantined,
        platform::as_it_stands(std::string(kReasonBytes, 'x'))};
    std::string frame;
    store::RemoteReplication remote([&](const store::Call& call) {
        frame = store::frame_of(call);
        return store::Reply{};
    });
    remote.mark("peer", std::vector<store::Mark>(kMarks, mark));
    CHECK(frame.size() > store::kCallBytesMax / 2 && frame.size() <= store::kCallBytesMax);
    return frame;
}

std::string bytes_of(std::string_view kind) {
    constexpr std::size_t kValuesMax = 190'000;
    constexpr std::size_t kTextBytes = 80;
    if (kind == "calls") return with_length(R"({"call":"reads_feed_first","with":[]})");
    if (kind == "reports") return with_length(store::frame_of(store::SyncSnapshot{}));
    if (kind == "values") return with_length(longest_call("[],", kValuesMax));
    const std::string text = '"' + std::string(kTextBytes, 'x') + "\",";
    if (kind == "texts") return with_length(longest_call(text, kValuesMax));
    const std::string long_text =
        '"' + std::string(store::kCallBytesMax - std::size_t{64}, 'x') + "\",";
    if (kind == "text") return with_length(longest_call(long_text, 1));
    if (kind == "marks") return with_length(longest_marks());
    CHECK(kind == "lengths");
    return "\xff\xff\xff\xff" + text;
}

}  // namespace

bool flood_from_environment() {
    const char* const file = std::getenv(kFloodVariable);
    if (file == nullptr) return false;
    std::string kind;
    std::ifstream(file) >> kind;
    std::ofstream(std::string(file) + ".pid") << ::getpid();
    const std::string bytes = bytes_of(kind);
    std::size_t sent = 0;
    while (true) {
        const ssize_t count = ::send(agent::kReplicationDescriptor, bytes.data() + sent,
                                     bytes.size() - sent, MSG_NOSIGNAL);
        if (count < 0) ::_exit(EXIT_FAILURE);
        sent = (sent + static_cast<std::size_t>(count)) % bytes.size();
    }
}

}  // namespace tizilim::inside
