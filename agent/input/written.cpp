#include "agent/input/written.h"

#include "platform/text/unicode.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"

#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {

using store::EntryField;
using store::EntryTexts;

Written field_written(const EntryField& field, std::string_view text, const WrittenOn& today) {
    const std::string trimmed = platform::trimmed_text(text);
    // What is no UTF-8 is told by the rules of the field.
    if (trimmed.empty() || platform::invalid_utf8_at(trimmed)) return std::string(text);
    if (is_date(field) || field.text == &EntryTexts::recorded_date)
        return date_written(trimmed, today);
    if (field.text == &EntryTexts::basis_type) return basis_written(trimmed);
    if (field.text == &EntryTexts::form) return form_written(trimmed);
    if (field.text == &EntryTexts::disclosure) return class_written(trimmed);
    if (field.text == &EntryTexts::language) return language_written(trimmed);
    if (is_whole_number(field)) return minutes_written(trimmed);
    if (is_yes_or_no(field)) return yes_or_no_written(trimmed);
    return std::string(text);
}

namespace {

void read_field(const EntryField& field, std::string& text, const WrittenOn& today,
                WrittenEntry& read) {
    auto written = field_written(field, text, today);
    if (!written) {
        read.problems.push_back({std::string(field.name), written.error()});
    } else if (*written != text) {
        if (*written != platform::trimmed_text(text))
            read.understood.push_back({field.name, *written});
        text = *std::move(written);
    }
}

}  // namespace

WrittenEntry read_written(EntryTexts& texts, const WrittenOn& today) {
    WrittenEntry read;
    for (const EntryField& field : store::entry_fields())
        read_field(field, texts.*field.text, today, read);
    return read;
}

WrittenEntry read_written(store::GivenFields& fields, const WrittenOn& today) {
    WrittenEntry read;
    for (auto& [name, text] : fields)
        if (const EntryField* const field = store::find_field(name))
            read_field(*field, text, today, read);
    return read;
}

}  // namespace tizilim::agent
