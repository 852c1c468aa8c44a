#include "agent/cli/signing/signing.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/documents/cms_text.h"
#include "platform/expected.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::Message;

constexpr auto kSuffixes = std::to_array<std::string_view>({".cms", ".p7s", ".sig"});
constexpr std::string_view kJson = ".json";

/// Of ASCII: Windows programs write suffixes in capitals.
std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

bool is_signature_name(const std::string& name) {
    const std::string lower = lower_case(name);
    return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                       [&](std::string_view suffix) { return lower.ends_with(suffix); });
}

/// An entry and its version, as the name of an exported file has them.
struct NamedVersion {
    std::string id;
    std::int64_t version = 1;
};

/// "<id>-v<version>.json" with one of the suffixes.
std::optional<NamedVersion> version_named(const std::string& file_name) {
    const std::string lower = lower_case(file_name);
    std::string_view name = lower;
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

platform::Expected<std::string, Message> read_cms(const std::filesystem::path& file) {
    try {
        auto cms = cms_of(platform::read_file(file, kCmsFileBytesMax));
        if (!cms) return platform::Unexpected{cms.error()};
        return *std::move(cms);
    } catch (const platform::FileError& error) {
        return platform::Unexpected{error.message()};
    }
}

/// What stands in a folder of signatures.
struct Folder {
    std::vector<std::filesystem::path> signatures;
    std::vector<Skipped> skipped;
};

/// Why a file is not taken for a signature; nothing: it is one by its name, or is nothing to speak
/// of.
std::optional<Message> skipped_because(const std::filesystem::directory_entry& file,
                                       const std::set<std::string>& signed_names) {
    const std::string name = file.path().filename().string();
    std::error_code failed;
    if (file.is_directory(failed)) return Message{"cli.is_folder"};
    if (!file.is_regular_file(failed)) return Message{"cli.is_no_file"};
    if (is_signature_name(name)) return {};
    const std::string lower = lower_case(name);
    if (!lower.ends_with(kJson) || !version_named(name)) return Message{"cli.is_no_signature"};
    if (signed_names.contains(lower)) return {};
    return Message{"cli.has_no_signature"};
}

/// In order of name. \throws FileError
Folder folder_of(const std::filesystem::path& path) {
    std::vector<std::filesystem::directory_entry> files;
    std::set<std::string> signed_names;  ///< exported files that have a signature beside them
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(path, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        files.push_back(*entry);
        const std::string name = entry->path().filename().string();
        if (is_signature_name(name)) signed_names.insert(lower_case(entry->path().stem().string()));
    }
    if (failed)
        throw platform::FileError(Message{"cli.folder_unreadable",
                                          {{"folder", path.string()},
                                           {"system", as_json(platform::system_message(failed))}}},
                                  failed.value());
    std::sort(files.begin(), files.end());
    Folder folder;
    for (const std::filesystem::directory_entry& file : files) {
        const std::string name = file.path().filename().string();
        if (auto why = skipped_because(file, signed_names)) {
            folder.skipped.push_back({.file = name, .why = *std::move(why)});
        } else if (is_signature_name(name)) {
            folder.signatures.push_back(file.path());
        }
    }
    return folder;
}

int attach_folder(const Command& command, const std::filesystem::path& folder) {
    SigningTally tally(command);
    const Folder found = folder_of(folder);
    for (const Skipped& one : found.skipped) tally.skip(one);
    if (found.signatures.empty()) {
        tally.tell_skipped();
        return refuse_here(command,
                           Message{"cli.no_signature_files", {{"folder", folder.string()}}});
    }
    for (const std::filesystem::path& file : found.signatures) {
        const std::string name = file.filename().string();
        const auto named = version_named(name);
        if (!named) {
            tally.refuse(name, Message{"cli.name_says_nothing"});
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

/// A file a version, into a folder; or the one of an entry into a file.
Exported export_files(const Command& command, const SignOptions& options) {
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
    return {.code = code, .count = exported};
}

}  // namespace

int run_sign_export(const Command& command, const SignOptions& options) {
    expect_outside_register(command, options.export_to);
    const std::filesystem::path& target = options.export_to;
    const auto [code, exported] = options.name.empty() && is_bundle(target)
                                      ? export_bundle(command, target)
                                      : export_files(command, options);
    if (code != done) return code;
    if (command.json) {
        print_json(command, JsonObject{{"exported", exported}, {"to", target.string()}});
    } else if (exported == 0) {
        say(command.console, command.words("cli.nothing_to_sign"));
    } else {
        say(command.console,
            command.words("cli.exported", {{"count", exported}, {"to", target.string()}}));
    }
    return done;
}

int run_sign_attach(const Command& command, const SignOptions& options) {
    std::error_code failed;
    const bool is_folder = std::filesystem::is_directory(options.attach, failed);
    if (is_folder && !options.name.empty())
        return usage_problem(command, Message{"cli.folder_and_name"});
    if (is_folder) return attach_folder(command, options.attach);
    if (options.name.empty() && is_bundle(options.attach))
        return attach_bundle(command, options.attach);
    if (options.name.empty()) return usage_problem(command, Message{"cli.which_entry_signed"});
    const auto cms = read_cms(options.attach);
    if (!cms) return refuse_here(command, of_file(options.attach, cms.error()));
    SigningTally tally(command);
    const int code = for_each_waiting(command, options.name, [&](const WaitingVersion& waiting) {
        return tally.attach(waiting.id, waiting.version, *cms, options.name);
    });
    return code != done ? code : tally.finish();
}

}  // namespace tizilim::agent
