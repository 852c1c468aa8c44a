#pragma once

#include "agent/cli/terminal/command.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// Exactly one of key, ncalayer, export_to and attach is given.
struct SignOptions {
    std::string name;  ///< of one entry; empty: all that wait
    std::filesystem::path key;
    std::filesystem::path export_to;
    std::filesystem::path attach;
    bool ncalayer = false;
    std::filesystem::path ncalayer_ca;  ///< empty: whom the system trusts
    std::uint16_t ncalayer_port = 13579;
    std::filesystem::path password_file;
    bool password_stdin = false;
    bool agreed = false;  ///< --yes: also with another person's key
};

int run_sign(const Command& command, const SignOptions& options);

/// Shared by the variants of `tizilim sign`.

/// A version that waits for a signature, as the daemon gave it.
struct WaitingVersion {
    std::string number;  ///< empty: of another book
    std::string id;
    std::int64_t version = 1;
    std::string bytes;  ///< to be signed

    [[nodiscard]] std::string file_name() const;  ///< "<id>-v<version>.json"
};

/// Calls `take` for the version of the entry `name`, or for all that wait, until it returns another
/// code than done, which is then returned. Shows progress. \throws Unreachable
int for_each_waiting(const Command& command, const std::string& name,
                     const std::function<int(const WaitingVersion& waiting)>& take);

/// A file in a folder of signatures that is not one.
struct Skipped {
    std::string file;
    platform::Message why;
};

/// "FILE: why"
[[nodiscard]] platform::Message of_file(const std::filesystem::path& file,
                                        const platform::Message& why);

/// Attaches signatures and counts the results.
class SigningTally {
public:
    explicit SigningTally(const Command& command) : command_(command) {}

    /// Gives a CMS, DER, to the daemon. A refusal is counted and returns done; another failure
    /// returns the code that ends the run. `shown` names the entry for messages. \throws
    /// Unreachable
    [[nodiscard]] int attach(const std::string& entry, std::int64_t version, std::string_view cms,
                             const std::string& shown);
    void refuse(const std::string& shown, const platform::Message& message);
    void skip(const Skipped& skipped);
    void tell_skipped() const;
    /// Prints the counts. Returns refused if any was.
    [[nodiscard]] int finish() const;

private:
    const Command& command_;
    std::uint64_t signed_ = 0;
    platform::JsonArray refused_;    ///< in English, for --json
    std::vector<std::string> told_;  ///< the same in the person's words
    std::vector<Skipped> skipped_;
};

/// The id becomes a file's name and a part of a path: whatever answers must not choose those.
[[nodiscard]] bool is_entry_id(std::string_view text);

/// Many versions in one file, `{"tasks": [{"id", "version", "data", "number"}]}`: `data` is base64
/// of the bytes to be signed, and who signs them adds `cms` (detached; base64, PEM) to each.
[[nodiscard]] bool is_bundle(const std::filesystem::path& path);
/// What was written out, and how for_each_waiting() ended.
struct Exported {
    int code = 0;
    std::uint64_t count = 0;
};
/// Writes all that wait. \throws FileError
[[nodiscard]] Exported export_bundle(const Command& command, const std::filesystem::path& file);
/// \throws FileError
int attach_bundle(const Command& command, const std::filesystem::path& file);

int run_sign_with_ncalayer(const Command& command, const SignOptions& options);
int run_sign_export(const Command& command, const SignOptions& options);
int run_sign_attach(const Command& command, const SignOptions& options);

}  // namespace tizilim::agent
