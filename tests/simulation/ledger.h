#pragma once

#include "platform/text/json.h"
#include "store/entry/rules.h"
#include "store/owner/entry_view.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim::simulation {

/// Fields of an entry by their names in EntryTexts, and "state".
using Fields = std::map<std::string, std::string, std::less<>>;

/// One act of the lawyer on an entry, and what the entry says since.
struct LedgerVersion {
    std::string act;     ///< as VersionView has it
    std::string reason;  ///< unique, but for the first
    Fields fields;
    std::set<std::string> given{};  ///< by the act itself: these are as given, whoever else writes
};

/// What the lawyer did with one entry of this agent, as he would remember it.
struct LedgerEntry {
    std::string id;
    std::uint64_t number = 0;  ///< 0: pulled from another agent
    std::string book;
    std::vector<LedgerVersion> versions;  ///< of a pulled one: his own acts only
    bool releasable = false;              ///< its essence is no secret, should the class be `full`
    bool disclosed = false;               ///< it was ever of a class that leaves
    bool others_too = false;              ///< somebody else may have written revisions of it
    std::vector<std::size_t> deeds{};     ///< his acts on it at this PC (deeds.h)

    /// Of an entry that was recorded here.
    [[nodiscard]] const Fields& fields() const { return versions.back().fields; }
    [[nodiscard]] const std::string& field(const char* name) const;
    /// What it says now, by the lawyer's memory and, where others may have changed it, by `view`.
    [[nodiscard]] Fields now(const store::EntryView& view) const;
    [[nodiscard]] bool pulled() const { return number == 0; }
};

/// What an entry must say after `input` was recorded. \throws nothing: inputs here are good ones
[[nodiscard]] Fields fields_of(const store::EntryTexts& input, bool imported);

/// The class that policy and lawyer give (store/entry/README.md, "Codes"), computed here once more.
[[nodiscard]] std::string usual_class(const Fields& fields);
/// The class after `fields` were put over `before`.
[[nodiscard]] std::string class_after(const Fields& before, const Fields& after, bool has_left);

/// What each version says, the first first: the current one, its changes undone step by step.
[[nodiscard]] std::vector<Fields> contents_of(const store::EntryView& view,
                                              const std::vector<store::VersionView>& history);

/// What a register that must hold `entry` gets wrong about it; nothing: all is there.
[[nodiscard]] std::optional<std::string> fault_of(const LedgerEntry& entry,
                                                  const store::EntryView& view,
                                                  const std::vector<store::VersionView>& history);

/// What is wrong with `body` as the document of an entry that says `fields`: computed here once
/// more, from what the law and the policy let go (store/entry/README.md, "Facts"), not by the
/// store. Nothing: it is right.
[[nodiscard]] std::optional<std::string> fault_of(const Fields& fields,
                                                  const platform::JsonObject& body);

/// The fields of a view, as Fields has them.
[[nodiscard]] Fields fields_of(const store::EntryView& view);

/// What must not leave while an entry's class forbids it. Every text that an agent's lawyer writes
/// holds one of these, by its field.
inline constexpr const char* kNumberCanary = "secret-number-7731";
inline constexpr const char* kIssuerCanary = "құпия орган 4482";
inline constexpr const char* kEssenceCanary = "адвокаттық құпия 9150";
inline constexpr const char* kReasonCanary = "себеп құпия 2266";
[[nodiscard]] const std::vector<std::string>& canaries();

}  // namespace tizilim::simulation
