// A Confidential<T> has no way out but reveal(), and reveal() needs a key that two classes have.
#include "store/entry/confidential.h"

#include "platform/text/json.h"
#include "platform/text/log.h"
#include "store/entry/entry.h"

#include <cereal/archives/binary.hpp>
#include <cereal/archives/json.hpp>
#include <cereal/types/string.hpp>

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <unordered_set>

namespace tizilim {

using Secret = store::Confidential<std::string>;

/// The nearest right thing to each gate: the same with what is not confidential.
void control(std::ostream& out) {
    const std::string open = "open";
    const Secret pin{"1234"};
    out << open << (open == open) << std::hash<std::string>{}(open);
    cereal::BinaryOutputArchive binary(out);
    binary(open);
    cereal::JSONOutputArchive json(out);
    json(open);
    const platform::JsonValue value{open};
    const platform::LogField field{"name", open};
    const Secret copy = pin;
    const store::Entry entry;
    out << field.name << entry.commitment;
    (void)copy;
    (void)value;
}

void gates(std::ostream& out, const Secret& pin, const store::Entry& entry) {
    (void)out;
    (void)pin;
    (void)entry;
// gate printed: no match for 'operator<<'
#ifdef printed
    out << pin;
#endif
// gate printed_number: no match for 'operator<<'
#ifdef printed_number
    out << entry.content.basis_number;
#endif
// gate compared: use of deleted function 'bool tizilim::store::Confidential<T>::operator==
#ifdef compared
    (void)(pin == pin);
#endif
// gate compared_with_text: no match for 'operator=='
#ifdef compared_with_text
    (void)(pin == std::string("1234"));
#endif
// gate ordered: no match for 'operator<'
#ifdef ordered
    (void)(pin < pin);
#endif
// gate hashed: use of deleted function 'std::hash<tizilim::store::Confidential
#ifdef hashed
    (void)std::hash<Secret>{}(pin);
#endif
// gate kept_in_a_set: use of deleted function 'std::unordered_set
#ifdef kept_in_a_set
    std::unordered_set<Secret> secrets;
    secrets.insert(pin);
#endif
// gate made_text: conversion from 'const tizilim::Secret'
#ifdef made_text
    const std::string text = pin;
#endif
// gate cast_to_text: no matching function for call to 'std::__cxx11::basic_string
#ifdef cast_to_text
    (void)static_cast<std::string>(pin);
#endif
// gate viewed: conversion from 'const tizilim::Secret'
#ifdef viewed
    const std::string_view view = pin;
#endif
// gate read_directly: ::value_' is private within this context
#ifdef read_directly
    (void)pin.value_;
#endif
// gate revealed_by_braces: RevealKey::RevealKey[(][)]' is private within this context
#ifdef revealed_by_braces
    (void)pin.reveal({});
#endif
// gate revealed_by_key: RevealKey::RevealKey[(][)]' is private within this context
#ifdef revealed_by_key
    (void)pin.reveal(store::RevealKey{});
#endif
// gate revealed_without_key: no matching function for call to 'tizilim::store::Confidential
#ifdef revealed_without_key
    (void)pin.reveal();
#endif
// gate archived_in_binary: cereal could not find any output serialization functions
#ifdef archived_in_binary
    cereal::BinaryOutputArchive archive(out);
    archive(pin);
#endif
// gate archived_in_json: cereal could not find any output serialization functions
#ifdef archived_in_json
    cereal::JSONOutputArchive json(out);
    json(pin);
#endif
// gate entry_archived_in_json: cereal could not find any output serialization functions
#ifdef entry_archived_in_json
    cereal::JSONOutputArchive entries(out);
    entries(entry);
#endif
// gate made_json: no match for 'operator='
#ifdef made_json
    const platform::JsonValue value{pin};
#endif
// gate made_json_member: no match for 'operator='
#ifdef made_json_member
    const store::Confidential<int> number{1};
    const platform::JsonObject object{{"number", number}};
#endif
// gate logged: could not convert 'pin'
#ifdef logged
    platform::LogField field{"name", pin};
#endif
}

// gate revealed_by_a_derived_key: RevealKey::RevealKey[(][)]' is private within this context
#ifdef revealed_by_a_derived_key
class MyKey : public store::RevealKey {
public:
    MyKey() : RevealKey() {}
};
#endif

}  // namespace tizilim
