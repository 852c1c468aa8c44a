#include "agent/config/config_keys.h"

#include "agent/config/config.h"
#include "agent/config/config_check.h"
#include "agent/config/config_values.h"
#include "agent/config/iin.h"
#include "agent/config/network_keys.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/entry/codes.h"
#include "store/entry/disclosure.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {
namespace {

using Folder = std::filesystem::path;
using platform::JsonArray;
using platform::Message;

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Codes>
JsonArray codes_of(const Codes& codes) {
    JsonArray list;
    for (const auto code : codes) list.emplace_back(store::code_of(code));
    return list;
}

ValueProblem set_one_policy(store::DisclosurePolicy& policy, std::string_view item) {
    const std::size_t colon = item.find(':');
    if (colon == std::string_view::npos) return Message{"config.policy"};
    const auto basis = store::basis_type_of(trimmed(item.substr(0, colon)));
    if (!basis)
        return Message{"config.policy_basis", {{"codes", codes_of(store::all_basis_types())}}};
    const auto disclosure = store::disclosure_class_of(trimmed(item.substr(colon + 1)));
    if (!disclosure || *disclosure == store::DisclosureClass::withdrawn)
        return Message{"config.policy_class"};
    policy.set(*basis, *disclosure);
    return {};
}

ValueProblem set_policy(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    while (!value.empty()) {
        const std::size_t comma = value.find(',');
        if (ValueProblem problem = set_one_policy(c.registry.policy, value.substr(0, comma)))
            return problem;
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    }
    return {};
}

ValueProblem set_every(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    constexpr std::int64_t kDaysMax = 366;
    const bool in_days = value.ends_with('d');
    if (!in_days && !value.ends_with('h')) return Message{"config.duration"};
    value.remove_suffix(1);
    const auto count = number_of<std::int64_t>(value, 1, in_days ? kDaysMax : kDaysMax * 24);
    if (!count) return Message{"config.duration_max", {{"days", kDaysMax}}};
    c.backup.every = std::chrono::hours(in_days ? *count * 24 : *count);
    return {};
}

ValueProblem set_address(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    if (value != "127.0.0.1" && value != "::1" && value != "localhost")
        return Message{"config.status_address"};
    c.status.address = value == "localhost" ? "127.0.0.1" : std::string(value);
    return {};
}

constexpr auto kKeys =
    std::to_array<SettingKey<Configuration>>({
        {"register", "directory",
         [](Configuration& c, std::string_view value, const Folder& folder) {
             return set_folder(c.registry.directory, value, folder);
         }},
        {"register", "lawyer",
         [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
             c.lawyer = platform::to_nfc(value);
             return {};
         }},
        {"register", "iin",
         [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
             if (!is_iin(value)) return Message{"config.iin"};
             c.registry.lawyer_iin = value;
             return {};
         }},
        {"register", "bar_association",
         [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
             c.bar_association = platform::to_nfc(value);
             return {};
         }},
        {"register", "bar_association_kk",
         [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
             c.bar_association_kk = platform::to_nfc(value);
             return {};
         }},
        {"register", "language",
         [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
             const auto language = store::language_of(value);
             if (!language) return Message{"config.language"};
             c.registry.language = *language;
             return {};
         }},
        {"register", "utc_offset",
         [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
             const auto offset = platform::parse_utc_offset(value);
             if (!offset) return Message{"config.utc_offset"};
             c.registry.utc_offset = *offset;
             return {};
         }},
        {"register", "require_signature",
         [](Configuration& c, std::string_view value, const Folder&) {
             return set_yes_no(c.registry.require_signature, value);
         }},
        {"register", "policy", set_policy},
        {"eds", "ca_file",
         [](Configuration& c, std::string_view value, const Folder& folder) {
             return set_file(c.eds.ca_file, value, folder);
         }},
        {"eds", "own_key_only",
         [](Configuration& c, std::string_view value, const Folder&) {
             return set_yes_no(c.eds.own_key_only.emplace(), value);
         }},
        {"status", "address", set_address},
        {"status", "port",
         [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
             const auto port = number_of<std::uint16_t>(value, 1, 65535);
             if (!port) return whole_number(1, 65535);
             c.status.port = *port;
             return {};
         }},
        {"backup", "directory",
         [](Configuration& c, std::string_view value,
            const Folder& folder) { return set_folder(c.backup.directory, value, folder); }},
        {"backup", "every", set_every},
        {"backup", "keep",
         [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
             const auto keep = number_of<std::uint32_t>(value, 1, 10'000);
             if (!keep) return whole_number(1, 10'000);
             c.backup.keep = *keep;
             return {};
         }},
    });

}  // namespace

std::span<const SettingKey<Configuration>> own_keys() {
    return kKeys;
}

std::vector<KeyName> all_keys() {
    std::vector<KeyName> all = names_of(own_keys());
    const std::vector<KeyName> network = names_of(network_keys());
    const auto after = std::find_if(all.begin(), all.end(),
                                    [](const KeyName& key) { return key.section == "status"; });
    all.insert(after, network.begin(), network.end());
    return all;
}

}  // namespace tizilim::agent
