#include "agent/cli.h"
#include "agent/cli_commands.h"
#include "agent/cli_reply.h"
#include "agent/cli_signing.h"
#include "platform/base64.h"
#include "platform/cms_signature.h"
#include "platform/expected.h"
#include "platform/file.h"
#include "platform/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;

/// In PEM or base64 with line ends a CMS takes less than twice its bytes.
constexpr std::size_t kCmsFileBytesMax = 2 * platform::kCmsBytesMax;
constexpr auto kSuffixes = std::to_array<std::string_view>({".cms", ".p7s", ".sig"});
constexpr std::string_view kSpaces = " \t\r\n";

std::string without_spaces(std::string_view text) {
    std::string packed;
    for (const char c : text)
        if (kSpaces.find(c) == std::string_view::npos) packed += c;
    return packed;
}

/// What stands between the lines of a PEM; nothing when there are no such lines.
std::optional<std::string_view> pem_content(std::string_view text) {
    for (const std::string_view label : {"CMS", "PKCS7"}) {
        const std::string begin = "-----BEGIN " + std::string(label) + "-----";
        const std::string end = "-----END " + std::string(label) + "-----";
        const std::size_t from = text.find(begin);
        if (from == std::string_view::npos) continue;
        const std::size_t to = text.find(end, from);
        if (to == std::string_view::npos) return {};
        return text.substr(from + begin.size(), to - from - begin.size());
    }
    return {};
}

/// An entry and its version, as the name of an exported file has them.
struct NamedVersion {
    std::string id;
    std::int64_t version = 1;
};

/// "<id>-v<version>.json" with one of the suffixes.
std::optional<NamedVersion> version_named(std::string_view name) {
    constexpr std::string_view kJson = ".json";
    constexpr std::string_view kMark = "-v";
    constexpr std::size_t kIdBytes = 36;
    for (const std::string_view suffix : kSuffixes)
        if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
    if (name.ends_with(kJson)) name.remove_suffix(kJson.size());
    if (name.size() <= kIdBytes + kMark.size() || name.substr(kIdBytes, kMark.size()) != kMark)
        return {};
    NamedVersion named{.id = std::string(name.substr(0, kIdBytes))};
    const std::string_view digits = name.substr(kIdBytes + kMark.size());
    const char* const end = std::to_address(digits.end());
    const auto [stop, failed] =
        std::from_chars(std::to_address(digits.begin()), end, named.version);
    if (failed != std::errc{} || stop != end) return {};
    if (named.id.find_first_not_of("0123456789abcdef-") != std::string::npos) return {};
    return named;
}

platform::Expected<std::string, std::string> read_cms(const std::filesystem::path& file) {
    try {
        return cms_of(platform::read_file(file, kCmsFileBytesMax));
    } catch (const platform::FileError& error) {
        return platform::Unexpected{std::string(error.what())};
    }
}

/// The files in `folder` that look like signatures, in order of name. \throws FileError
std::vector<std::filesystem::path> signature_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const std::string name = entry->path().filename().string();
        if (std::any_of(kSuffixes.begin(), kSuffixes.end(),
                        [&](std::string_view suffix) { return name.ends_with(suffix); }))
            files.push_back(entry->path());
    }
    if (failed)
        throw platform::FileError("cannot read the folder " + folder.string() + ": " +
                                      failed.message() + "; check the path",
                                  failed.value());
    std::sort(files.begin(), files.end());
    return files;
}

int attach_folder(const Command& command, const std::filesystem::path& folder) {
    SigningTally tally(command);
    const auto files = signature_files(folder);
    if (files.empty())
        return refuse(command, JsonObject{{"error", "refused"},
                                          {"message", "there is no file *.cms, *.p7s or *.sig in " +
                                                          folder.string()}});
    for (const std::filesystem::path& file : files) {
        const std::string name = file.filename().string();
        const auto named = version_named(name);
        if (!named) {
            tally.refuse(name,
                         "its name does not say what was signed: it is called as the "
                         "exported file, with .cms added");
            continue;
        }
        const auto cms = read_cms(file);
        if (!cms) {
            tally.refuse(name, cms.error());
        } else if (const int failed = tally.attach(named->id, named->version, *cms, name);
                   failed != done) {
            return failed;
        }
    }
    return tally.finish();
}

}  // namespace

platform::Expected<std::string, std::string> cms_of(std::string_view text) {
    constexpr char kSequence = 0x30;  // how each CMS in DER begins
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    std::string der;
    if (text.starts_with(kSequence)) {
        der = text;
    } else {
        if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
        const auto decoded =
            platform::from_base64(without_spaces(pem_content(text).value_or(text)));
        if (decoded && decoded->starts_with(kSequence)) der = *decoded;
    }
    if (der.empty())
        return platform::Unexpected{
            std::string("it holds no signature: a CMS in DER, PEM or base64 is asked for")};
    if (der.size() > platform::kCmsBytesMax)
        return platform::Unexpected{std::string("it is longer than any signature of one person")};
    return der;
}

int run_sign_export(const Command& command, const SignOptions& options) {
    expect_outside_register(command, options.export_to);
    std::error_code failed;
    const std::filesystem::path& target = options.export_to;
    const bool into_folder = options.name.empty() || !target.has_filename() ||
                             std::filesystem::is_directory(target, failed);
    std::uint64_t exported = 0;
    const int code = for_each_waiting(command, options.name, [&](const WaitingVersion& waiting) {
        if (into_folder && exported == 0) platform::make_private_directory(target);
        platform::write_file_atomically(into_folder ? target / waiting.file_name() : target,
                                        waiting.bytes);
        ++exported;
        return done;
    });
    if (code != done) return code;
    std::ostream& out = command.console.out;
    if (command.json) {
        out << platform::to_json(JsonObject{{"exported", exported}, {"to", target.string()}})
            << '\n';
    } else if (exported == 0) {
        out << "Nothing waits for a signature\n";
    } else {
        out << exported << " exported to " << target.string()
            << ". Sign the bytes as they are (detached CMS), and give the result to `tizilim sign "
               "--attach`.\n";
    }
    return done;
}

int run_sign_attach(const Command& command, const SignOptions& options) {
    std::error_code failed;
    const bool is_folder = std::filesystem::is_directory(options.attach, failed);
    if (is_folder && !options.name.empty())
        return usage_problem(command,
                             "a folder of signatures says itself which entries are "
                             "signed: leave the number out");
    if (is_folder) return attach_folder(command, options.attach);
    if (options.name.empty())
        return usage_problem(command,
                             "say which entry the signature is of: tizilim sign N "
                             "--attach FILE");
    const auto cms = read_cms(options.attach);
    if (!cms)
        return refuse(command,
                      JsonObject{{"error", "refused"},
                                 {"message", options.attach.string() + ": " + cms.error()}});
    SigningTally tally(command);
    const int code = for_each_waiting(command, options.name, [&](const WaitingVersion& waiting) {
        return tally.attach(waiting.id, waiting.version, *cms, options.name);
    });
    return code != done ? code : tally.finish();
}

}  // namespace tizilim::agent
