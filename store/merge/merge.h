#pragma once

#include "platform/text/json.h"
#include "store/entry/class_tags.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// A field that two documents of an entry changed differently.
struct Disagreement {
    std::string field;   ///< EntryField::name
    std::string ours;    ///< the winner's text (field_text); empty: it has none
    std::string theirs;  ///< the other's
};

struct Merged {
    platform::JsonObject body;  ///< without `eds`; the winner's values where the two disagree
    std::vector<Disagreement> disagreements;
};

/// The field-wise three-way merge of two documents of one entry (store/merge/README.md,
/// "Conflicts"). A field changed on one side is taken; void beats an amendment, withdrawn beats
/// all; class tags of both are united; a commitment is never a disagreement. Without a base every
/// field that differs is one. Pure. `winner` is the one that the protocol shows.
[[nodiscard]] Merged merge(const std::optional<platform::JsonObject>& base,
                           const platform::JsonObject& winner, const platform::JsonObject& other);

/// The value at `wire` (EntryField::wire, as "basis.date"), owned by `body`; null: it has none.
[[nodiscard]] const platform::JsonValue* member_at(const platform::JsonObject& body,
                                                   std::string_view wire);

/// The document without `eds`.
[[nodiscard]] platform::JsonObject without_signature(platform::JsonObject body);

/// Whether its `state` is `withdrawn`.
[[nodiscard]] bool is_withdrawal(const platform::JsonObject& body);

/// Whether `withheld` names the essence; true without such a list.
[[nodiscard]] bool withholds_essence(const platform::JsonObject& body);
/// Whether `body` withholds an essence that `than` does not.
[[nodiscard]] bool withholds_more(const platform::JsonObject& body,
                                  const platform::JsonObject& than);
/// `body` without its essence, and with the `withheld` of `stricter`.
[[nodiscard]] platform::JsonObject narrowed(platform::JsonObject body,
                                            const platform::JsonObject& stricter);

/// The document's class tags (class_tags_of()).
[[nodiscard]] ClassTags tags_of(const platform::JsonObject& body);
void set_tags(platform::JsonObject& body, const ClassTags& tags);

/// Gives `field` (EntryField::name) the value that `from` has, or removes it where that has none.
void put_field(platform::JsonObject& body, const std::string& field,
               const platform::JsonObject& from);
/// Makes the value of a field in a base unknown: sides that differ in it disagree, also where one
/// has no such field.
void mark_unknown(platform::JsonObject& base, const std::string& field);
/// Gives `body` the commitment of `from`.
void take_commitment(platform::JsonObject& body, const platform::JsonObject& from);
/// The text of a field, or of a top-level member as "state"; empty: the document has none.
[[nodiscard]] std::string field_text(const platform::JsonObject& body, const std::string& field);

}  // namespace tizilim::store
