#include "agent/config/config_keys.h"

#include "agent/config/config.h"
#include "agent/config/iin.h"
#include "platform/network/loopback.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/entry/codes.h"
#include "store/entry/disclosure.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace tizilim::agent {
namespace {

using Folder = std::filesystem::path;
using platform::JsonArray;
using platform::Message;

constexpr std::chrono::seconds kPollSecondsMin{5};
constexpr std::chrono::seconds kPollSecondsMax{std::chrono::hours(24)};

template <class Number>
std::optional<Number> number_of(std::string_view text, Number least, Number most) {
    Number number{};
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || stop != text.data() + text.size()) return {};
    if (number < least || number > most) return {};
    return number;
}

ValueProblem whole_number(std::int64_t least, std::int64_t most) {
    return Message{"config.whole_number", {{"least", least}, {"most", most}}};
}

ValueProblem set_yes_no(bool& target, std::string_view value) {
    if (value == "true" || value == "yes") {
        target = true;
    } else if (value == "false" || value == "no") {
        target = false;
    } else {
        return Message{"config.yes_or_no"};
    }
    return {};
}

ValueProblem set_folder(std::filesystem::path& target, std::string_view value,
                        const Folder& folder) {
    if (value.empty()) return Message{"config.path"};
    target = (folder / value).lexically_normal();
    return {};
}

/// A file that is read now or by libcurl later: a missing one is a fault of the configuration.
ValueProblem set_file(std::filesystem::path& target, std::string_view value, const Folder& folder) {
    if (ValueProblem problem = set_folder(target, value, folder)) return problem;
    std::error_code failed;
    if (!std::filesystem::is_regular_file(target, failed))
        return Message{"config.no_file", {{"file", target.string()}}};
    return {};
}

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

ValueProblem check_url(const Poco::URI& url) {
    if (url.getScheme() != "https" && url.getScheme() != "http")
        return Message{"config.url_scheme"};
    if (!url.getUserInfo().empty()) return Message{"config.url_password"};
    if (url.getHost().empty()) return Message{"config.url_host"};
    if (url.getPath().find_first_not_of('/') == std::string::npos)
        return Message{"config.url_database"};
    if (!url.getRawQuery().empty() || !url.getFragment().empty())
        return Message{"config.url_query"};
    if (url.getScheme() == "http" && !platform::is_loopback_host(url.getHost()))
        return Message{"config.url_in_clear"};
    return {};
}

ValueProblem set_url(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    const auto is_bad = [](unsigned char byte) { return byte <= ' ' || byte == 0x7f; };
    if (std::any_of(value.begin(), value.end(), is_bad)) return Message{"config.url_spaces"};
    try {
        if (ValueProblem problem = check_url(Poco::URI(std::string(value)))) return problem;
    } catch (const Poco::Exception&) {
        return Message{"config.url"};
    }
    c.unified.url = value;
    while (c.unified.url.ends_with('/')) c.unified.url.pop_back();
    return {};
}

ValueProblem take_user(std::string& target, std::string_view value) {
    const auto is_bad = [](unsigned char byte) { return byte < ' ' || byte == ':'; };
    if (value.empty() || std::any_of(value.begin(), value.end(), is_bad))
        return Message{"config.user"};
    target = value;
    return {};
}

ValueProblem check_proxy(const Poco::URI& proxy) {
    if (!proxy.getUserInfo().empty()) return Message{"config.proxy_password"};
    const bool has_more = proxy.getPathEtc().find_first_not_of('/') != std::string::npos ||
                          !proxy.getFragment().empty();
    if ((proxy.getScheme() != "http" && proxy.getScheme() != "https") || proxy.getHost().empty() ||
        has_more)
        return Message{"config.proxy"};
    return {};
}

ValueProblem set_proxy(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    c.unified.proxy = std::string(value);
    if (value.empty()) return {};
    try {
        return check_proxy(Poco::URI(std::string(value)));
    } catch (const Poco::Exception&) {
        return Message{"config.proxy"};
    }
}

/// A cap below this has no use: one entry would take seconds, and requests would run into their
/// deadlines.
constexpr std::uint32_t kBandwidthKbpsMin = 8;

ValueProblem set_bandwidth(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    constexpr std::uint32_t kMost = 10'000'000;
    const auto kbps = number_of<std::uint32_t>(value, 0, kMost);
    if (!kbps || (*kbps != 0 && *kbps < kBandwidthKbpsMin))
        return Message{"config.bandwidth", {{"least", kBandwidthKbpsMin}, {"most", kMost}}};
    c.sync.bandwidth_kbps = *kbps;
    return {};
}

ValueProblem set_poll(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    const auto seconds =
        number_of<std::int64_t>(value, kPollSecondsMin.count(), kPollSecondsMax.count());
    if (!seconds) return whole_number(kPollSecondsMin.count(), kPollSecondsMax.count());
    c.sync.poll_interval = std::chrono::seconds(*seconds);
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

constexpr auto kKeys = std::to_array<ConfigKey>({
    {"register", "directory", true,
     [](Configuration& c, std::string_view value, const Folder& folder) {
         return set_folder(c.registry.directory, value, folder);
     }},
    {"register", "lawyer", true,
     [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
         c.lawyer = platform::to_nfc(value);
         return {};
     }},
    {"register", "iin", true,
     [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
         if (!is_iin(value)) return Message{"config.iin"};
         c.registry.lawyer_iin = value;
         return {};
     }},
    {"register", "bar_association", true,
     [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
         c.bar_association = platform::to_nfc(value);
         return {};
     }},
    {"register", "language", true,
     [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
         const auto language = store::language_of(value);
         if (!language) return Message{"config.language"};
         c.registry.language = *language;
         return {};
     }},
    {"register", "utc_offset", true,
     [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
         const auto offset = platform::parse_utc_offset(value);
         if (!offset) return Message{"config.utc_offset"};
         c.registry.utc_offset = *offset;
         return {};
     }},
    {"register", "require_signature", true,
     [](Configuration& c, std::string_view value, const Folder&) {
         return set_yes_no(c.registry.require_signature, value);
     }},
    {"register", "policy", true, set_policy},
    {"eds", "ca_file", true,
     [](Configuration& c, std::string_view value, const Folder& folder) {
         return set_file(c.eds.ca_file, value, folder);
     }},
    {"eds", "own_key_only", true,
     [](Configuration& c, std::string_view value, const Folder&) {
         return set_yes_no(c.eds.own_key_only.emplace(), value);
     }},
    {"unified", "url", false, set_url},
    {"unified", "user", false,
     [](Configuration& c, std::string_view value, const Folder&) {
         return take_user(c.unified.user, value);
     }},
    {"unified", "password_file", false,
     [](Configuration& c, std::string_view value, const Folder& folder) {
         return set_file(c.unified.password_file, value, folder);
     }},
    {"unified", "token_file", false,
     [](Configuration& c, std::string_view value, const Folder& folder) {
         return set_file(c.unified.token_file, value, folder);
     }},
    {"unified", "ca_file", false,
     [](Configuration& c, std::string_view value, const Folder& folder) {
         return set_file(c.unified.ca_file, value, folder);
     }},
    {"unified", "client_certificate", false,
     [](Configuration& c, std::string_view value, const Folder& folder) {
         return set_file(c.unified.client_certificate, value, folder);
     }},
    {"unified", "proxy", false, set_proxy},
    {"unified", "proxy_user", false,
     [](Configuration& c, std::string_view value,
        const Folder&) { return take_user(c.unified.proxy_user, value); }},
    {"unified", "proxy_password_file", false,
     [](Configuration& c, std::string_view value, const Folder& folder) {
         return set_file(c.unified.proxy_password_file, value, folder);
     }},
    {"sync", "enabled", false,
     [](Configuration& c, std::string_view value,
        const Folder&) { return set_yes_no(c.sync.enabled, value); }},
    {"sync", "poll_seconds", false, set_poll},
    {"sync", "bandwidth_kbps", false, set_bandwidth},
    {"sync", "metered", false,
     [](Configuration& c, std::string_view value,
        const Folder&) { return set_yes_no(c.sync.metered, value); }},
    {"status", "address", true, set_address},
    {"status", "port", true,
     [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
         const auto port = number_of<std::uint16_t>(value, 1, 65535);
         if (!port) return whole_number(1, 65535);
         c.status.port = *port;
         return {};
     }},
    {"backup", "directory", true,
     [](Configuration& c, std::string_view value, const Folder& folder) {
         return set_folder(c.backup.directory, value, folder);
     }},
    {"backup", "every", true, set_every},
    {"backup", "keep", true,
     [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
         const auto keep = number_of<std::uint32_t>(value, 1, 10'000);
         if (!keep) return whole_number(1, 10'000);
         c.backup.keep = *keep;
         return {};
     }},
});

}  // namespace

const ConfigKey* find_config_key(std::string_view section, std::string_view name) {
    const auto* const found = std::find_if(kKeys.begin(), kKeys.end(), [&](const ConfigKey& key) {
        return key.section == section && key.name == name;
    });
    return found == kKeys.end() ? nullptr : found;
}

platform::JsonArray config_keys_of(std::string_view section) {
    JsonArray list;
    for (const ConfigKey& key : kKeys)
        if (key.section == section) list.emplace_back(key.name);
    return list;
}

platform::JsonArray config_sections() {
    JsonArray list;
    std::string_view last;
    for (const ConfigKey& key : kKeys) {
        if (key.section == last) continue;
        last = key.section;
        list.emplace_back('[' + std::string(last) + ']');
    }
    return list;
}

}  // namespace tizilim::agent
