#pragma once

#include "platform/text/json.h"
#include "tests/simulation/ledger.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tizilim::simulation {

class Agent;

/// The one whose words are followed, by its name in Fields, and in a document.
inline constexpr const char* kField = "minutes";

/// One act of the lawyer on an entry, and which acts on it he could know of at that PC.
struct Deed {
    enum class Kind { changed, narrowed, raised, withdrawn, voided, resolved };

    std::size_t agent = 0;
    std::string entry{};
    Kind kind = Kind::changed;
    Fields given{};                 ///< what he typed or chose, of what may leave
    std::set<std::string> typed{};  ///< those of `given` that are no choice between two values
    std::set<std::size_t> seen{};   ///< deeds on the same entry
    bool certain = true;            ///< false: the power was cut, it may not be there
    bool had_left = true;           ///< something of the entry had, before this was done
    /// A choice over a revision of the lawyer's own that was taken for somebody else's: where it
    /// proves to be his, the choice is undone.
    bool over_own = false;
    /// A choice of the minutes that are shown, over an edit that was put aside: no other PC hears
    /// of what does not leave, so to them it changes nothing ("Changed on one side: taken").
    bool as_shown = false;
    bool kept = false;  ///< nothing of the entry was to leave then
};

/// Who did what to an entry knowing of what, computed beside the store: from the bodies that left
/// and from which of them an agent holds.
class Deeds {
public:
    /// What this PC knows of: the acts in its ledger, and in what it holds of others.
    [[nodiscard]] std::set<std::size_t> known_to(Agent& agent, const std::string& entry) const;
    /// Whether `agent`, an older copy, may have put aside what was said: the entry stayed there
    /// whole then or afterwards, and had left.
    [[nodiscard]] bool puts_aside(const Agent& agent, std::size_t deed) const;
    /// Whether a body that left says what this gave the field.
    [[nodiscard]] bool has_left(std::size_t word) const;
    /// What a body that left says in the field; empty: nothing, or none left by that name.
    [[nodiscard]] std::string said_in(const std::string& entry, const std::string& revision) const;
    /// The number by which it is known from now on.
    [[nodiscard]] std::size_t add(Deed deed);
    [[nodiscard]] const Deed& at(std::size_t number) const { return deeds_[number]; }
    /// How many acts gave an entry that value.
    [[nodiscard]] std::size_t count(const std::string& entry, const std::string& field,
                                    const std::string& value) const;
    /// Which.
    [[nodiscard]] std::set<std::size_t> that_gave(const std::string& entry,
                                                  const std::string& field,
                                                  const std::string& value) const;
    /// Whether what was said while the entry was to stay was let out by who knew of it.
    [[nodiscard]] bool is_let_out(std::size_t word) const;
    /// A body on its way out of `agent`.
    void left(Agent& agent, const platform::JsonValue& document);

    /// Of `narrowings` and `raises` in `alive`: each narrowing was seen by a raise.
    [[nodiscard]] bool all_raised(std::set<std::size_t> alive) const;

private:
    using ByRevision = std::map<std::string, std::set<std::size_t>>;
    /// Where a revision stands, as its maker said.
    struct Place {
        std::vector<std::string> ancestors;
        std::string into;  ///< of a tombstone
    };
    using Tree = std::map<std::string, Place>;

    /// A tombstone on its way out tells of the decision of `agent` by which its leaf ended.
    void ended(const Agent& agent, const platform::JsonValue& tombstone);
    [[nodiscard]] static bool is_held(const Tree& tree, const std::set<std::string>& held,
                                      const std::string& target);
    void leave_out_unsaid(std::set<std::size_t>& in, const platform::JsonValue& document) const;

    std::vector<Deed> deeds_;
    std::map<std::string, ByRevision> left_;  ///< the acts in each body, by document and revision
    std::map<std::string, Tree> trees_;       ///< of all that left, by document
    std::map<std::string, std::map<std::string, std::string>> minutes_;  ///< what each body says
};

}  // namespace tizilim::simulation
