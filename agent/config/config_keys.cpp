#include "agent/config/config_keys.h"

#include "agent/config/config.h"
#include "agent/config/iin.h"
#include "platform/network/loopback.h"
#include "platform/text/civil_time.h"
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

ValueProblem set_yes_no(bool& target, std::string_view value) {
    if (value == "true" || value == "yes") {
        target = true;
    } else if (value == "false" || value == "no") {
        target = false;
    } else {
        return "true or false is asked for";
    }
    return {};
}

ValueProblem set_folder(std::filesystem::path& target, std::string_view value,
                        const Folder& folder) {
    if (value.empty()) return "a path is asked for; leave the key out to have none";
    target = (folder / value).lexically_normal();
    return {};
}

/// A file that is read now or by libcurl later: a missing one is a fault of the configuration.
ValueProblem set_file(std::filesystem::path& target, std::string_view value, const Folder& folder) {
    if (ValueProblem problem = set_folder(target, value, folder)) return problem;
    std::error_code failed;
    if (!std::filesystem::is_regular_file(target, failed))
        return "there is no file " + target.string();
    return {};
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Codes>
std::string codes_of(const Codes& codes) {
    std::string list;
    for (const auto code : codes) (list += list.empty() ? "" : ", ") += store::code_of(code);
    return list;
}

ValueProblem set_one_policy(store::DisclosurePolicy& policy, std::string_view item) {
    const std::size_t colon = item.find(':');
    if (colon == std::string_view::npos)
        return "written basis:class, …, as in court_resolution:full, application:local";
    const auto basis = store::basis_type_of(trimmed(item.substr(0, colon)));
    if (!basis) return "the basis is one of " + codes_of(store::all_basis_types());
    const auto disclosure = store::disclosure_class_of(trimmed(item.substr(colon + 1)));
    if (!disclosure || *disclosure == store::DisclosureClass::withdrawn)
        return "the class is one of local, partial, full";
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
        return "an address that begins with https:// is asked for";
    if (!url.getUserInfo().empty())
        return "no user and password in the address: use user and password_file, or token_file";
    if (url.getHost().empty()) return "the host is missing";
    if (url.getPath().find_first_not_of('/') == std::string::npos)
        return "the database is missing: https://host/database";
    if (!url.getRawQuery().empty() || !url.getFragment().empty())
        return "an address without ? and # is asked for";
    if (url.getScheme() == "http" && !platform::is_loopback_host(url.getHost()))
        return "http:// would send the password and the entries in clear: use https:// (http:// "
               "is for a server on this machine)";
    return {};
}

ValueProblem set_url(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    const auto is_bad = [](unsigned char byte) { return byte <= ' ' || byte == 0x7f; };
    if (std::any_of(value.begin(), value.end(), is_bad))
        return "an address has no spaces or control characters";
    try {
        if (ValueProblem problem = check_url(Poco::URI(std::string(value)))) return problem;
    } catch (const Poco::Exception&) {
        return "not an address: https://host/database is asked for";
    }
    c.unified.url = value;
    while (c.unified.url.ends_with('/')) c.unified.url.pop_back();
    return {};
}

ValueProblem take_user(std::string& target, std::string_view value) {
    const auto is_bad = [](unsigned char byte) { return byte < ' ' || byte == ':'; };
    if (value.empty() || std::any_of(value.begin(), value.end(), is_bad))
        return "a name without a colon is asked for";
    target = value;
    return {};
}

ValueProblem check_proxy(const Poco::URI& proxy) {
    if (!proxy.getUserInfo().empty())
        return "no user and password in the address: use proxy_user and proxy_password_file";
    const bool has_more = proxy.getPathEtc().find_first_not_of('/') != std::string::npos ||
                          !proxy.getFragment().empty();
    if ((proxy.getScheme() != "http" && proxy.getScheme() != "https") || proxy.getHost().empty() ||
        has_more)
        return "http://host:port is asked for, or nothing for no proxy";
    return {};
}

ValueProblem set_proxy(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    c.unified.proxy = std::string(value);
    if (value.empty()) return {};
    try {
        return check_proxy(Poco::URI(std::string(value)));
    } catch (const Poco::Exception&) {
        return "http://host:port is asked for, or nothing for no proxy";
    }
}

/// A cap below this has no use: one entry would take seconds, and requests would run into their
/// deadlines.
constexpr std::uint32_t kBandwidthKbpsMin = 8;

ValueProblem set_bandwidth(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    constexpr std::uint32_t kMost = 10'000'000;
    const auto kbps = number_of<std::uint32_t>(value, 0, kMost);
    if (!kbps || (*kbps != 0 && *kbps < kBandwidthKbpsMin))
        return "a whole number from " + std::to_string(kBandwidthKbpsMin) + " to " +
               std::to_string(kMost) + " is asked for, in kbit/s; 0 is no limit";
    c.sync.bandwidth_kbps = *kbps;
    return {};
}

ValueProblem set_poll(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    const auto seconds =
        number_of<std::int64_t>(value, kPollSecondsMin.count(), kPollSecondsMax.count());
    if (!seconds)
        return "a whole number from " + std::to_string(kPollSecondsMin.count()) + " to " +
               std::to_string(kPollSecondsMax.count()) + " is asked for";
    c.sync.poll_interval = std::chrono::seconds(*seconds);
    return {};
}

ValueProblem set_every(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    constexpr std::int64_t kDaysMax = 366;
    const bool in_days = value.ends_with('d');
    if (!in_days && !value.ends_with('h')) return "hours or days are asked for, as 12h or 1d";
    value.remove_suffix(1);
    const auto count = number_of<std::int64_t>(value, 1, in_days ? kDaysMax : kDaysMax * 24);
    if (!count) return "hours or days are asked for, as 12h or 1d, up to 366d";
    c.backup.every = std::chrono::hours(in_days ? *count * 24 : *count);
    return {};
}

ValueProblem set_address(Configuration& c, std::string_view value, const Folder& /*folder*/) {
    if (value != "127.0.0.1" && value != "::1" && value != "localhost")
        return "127.0.0.1, ::1 or localhost is asked for: the port has no TLS, so it is for this "
               "machine only";
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
         if (!is_iin(value)) return "the lawyer's 12 digits are asked for";
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
         if (!language) return "kk or ru is asked for";
         c.registry.language = *language;
         return {};
     }},
    {"register", "utc_offset", true,
     [](Configuration& c, std::string_view value, const Folder&) -> ValueProblem {
         const auto offset = platform::parse_utc_offset(value);
         if (!offset) return "an offset as +05:00 is asked for";
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
         if (!port) return "a whole number from 1 to 65535 is asked for";
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
         if (!keep) return "a whole number from 1 to 10000 is asked for";
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

std::string config_keys_of(std::string_view section) {
    std::string list;
    for (const ConfigKey& key : kKeys)
        if (key.section == section) (list += list.empty() ? "" : ", ") += key.name;
    return list;
}

std::string config_sections() {
    std::string list;
    std::string_view last;
    for (const ConfigKey& key : kKeys) {
        if (key.section == last) continue;
        last = key.section;
        ((list += list.empty() ? "[" : ", [") += last) += ']';
    }
    return list;
}

}  // namespace tizilim::agent
