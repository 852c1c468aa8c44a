#pragma once

#include "platform/json.h"
#include "store/entry/class_tags.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// A field that was changed differently in two documents of an entry, or that differs without a
/// base.
struct Disagreement {
    std::string field;  ///< as in EntryTexts, or "state"
    std::string ours;   ///< its text in the first of the two; empty: it has none
    std::string theirs;
};

struct Merged {
    platform::JsonObject body;  ///< without `eds`; the first's where the two disagree
    std::vector<Disagreement> disagreements;
};

/// The field-wise three-way merge of two documents of one entry (store/merge/README.md,
/// "Conflicts"): changed on one side is taken; void beats an amendment, withdrawn beats all; what
/// either side did to the class counts. A commitment is never in dispute. Without a base every
/// field that differs is a disagreement. The same for the same bodies, wherever it is computed;
/// `winner` is the one that the protocol shows.
[[nodiscard]] Merged merge(const std::optional<platform::JsonObject>& base,
                           const platform::JsonObject& winner, const platform::JsonObject& other);

/// Where a field stands in a document (EntryField::wire); null where it has none.
[[nodiscard]] const platform::JsonValue* member_at(const platform::JsonObject& body,
                                                   std::string_view wire);

/// The document without its signature, which is of no use to a merge.
[[nodiscard]] platform::JsonObject without_signature(platform::JsonObject body);

/// Whether the document asks to be forgotten.
[[nodiscard]] bool is_withdrawal(const platform::JsonObject& body);

/// Whether the document keeps the essence back.
[[nodiscard]] bool withholds_essence(const platform::JsonObject& body);
/// Whether `body` keeps back what `than` shows.
[[nodiscard]] bool withholds_more(const platform::JsonObject& body,
                                  const platform::JsonObject& than);
/// `body`, keeping back what `stricter` does.
[[nodiscard]] platform::JsonObject narrowed(platform::JsonObject body,
                                            const platform::JsonObject& stricter);

/// What the document says was done to its class.
[[nodiscard]] ClassTags tags_of(const platform::JsonObject& body);
void set_tags(platform::JsonObject& body, const ClassTags& tags);

/// Puts a field as `from` has it, or has it not.
void put_field(platform::JsonObject& body, const std::string& field,
               const platform::JsonObject& from);
/// Says of a field of a base that what it was is not known: two sides that differ in it disagree,
/// also where one of them has no such field.
void mark_unknown(platform::JsonObject& base, const std::string& field);
/// The commitment that `from` has.
void take_commitment(platform::JsonObject& body, const platform::JsonObject& from);
/// The text of a field, as EntryTexts has it; empty: the document has none.
[[nodiscard]] std::string field_text(const platform::JsonObject& body, const std::string& field);

}  // namespace tizilim::store
