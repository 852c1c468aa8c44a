#include "store/entry/fields.h"

#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

namespace tizilim::store {
namespace {

using platform::CivilDate;
using platform::Message;

constexpr auto kFields = std::to_array<EntryField>({
    {.name = "application_date",
     .text = &EntryTexts::application_date,
     .place = &EntryContent::application_date,
     .form_column = 2,
     .wire = "applicationDate",
     .must_be_in_csv = true},
    {.name = "recorded_date",
     .text = &EntryTexts::recorded_date,
     .given_by = GivenBy::file,
     .must_be_in_csv = true},
    {.name = "late_reason",
     .text = &EntryTexts::late_reason,
     .place = &EntryContent::late_reason,
     .form_column = 2},
    {.name = "basis_type",
     .text = &EntryTexts::basis_type,
     .place = &EntryContent::basis_type,
     .form_column = 3,
     .wire = "basis.type",
     .must_be_in_csv = true},
    {.name = "basis_number",
     .text = &EntryTexts::basis_number,
     .place = &EntryContent::basis_number,
     .form_column = 3,
     .must_be_in_csv = true},
    {.name = "basis_date",
     .text = &EntryTexts::basis_date,
     .place = &EntryContent::basis_date,
     .form_column = 3,
     .wire = "basis.date",
     .must_be_in_csv = true},
    {.name = "basis_issuer",
     .text = &EntryTexts::basis_issuer,
     .place = &EntryContent::basis_issuer,
     .form_column = 3,
     .must_be_in_csv = true},
    {.name = "essence",
     .text = &EntryTexts::essence,
     .place = &EntryContent::essence,
     .form_column = 4,
     .wire = "essence",
     .must_be_in_csv = true,
     .bytes_max = kEssenceBytesMax},
    {.name = "form",
     .text = &EntryTexts::form,
     .place = &EntryContent::form,
     .form_column = 5,
     .wire = "form",
     .must_be_in_csv = true},
    {.name = "minutes",
     .text = &EntryTexts::minutes,
     .place = &EntryContent::minutes,
     .form_column = 6,
     .wire = "minutes",
     .must_be_in_csv = true},
    {.name = "minor", .text = &EntryTexts::minor, .place = &EntryContent::minor},
    {.name = "disclosure", .text = &EntryTexts::disclosure, .given_by = GivenBy::at_recording},
    {.name = "language",
     .text = &EntryTexts::language,
     .place = &EntryContent::language,
     .wire = "language"},
    {.name = "state", .text = &EntryTexts::state, .given_by = GivenBy::file},
    {.name = "void_reason", .text = &EntryTexts::void_reason, .given_by = GivenBy::file},
});
// Each member of EntryTexts has its row.
static_assert(sizeof(EntryTexts) == kFields.size() * sizeof(std::string));

template <class Code>
Message unknown_code(const std::string& given, std::span<const Code> codes) {
    platform::JsonArray known;
    for (const Code code : codes) known.emplace_back(code_of(code));
    return {given.empty() ? "entry.code_missing" : "entry.code_unknown",
            {{"codes", std::move(known)}}};
}

/// Reads one text into the place that it is visited with; says what is wrong with it.
struct TextReader {
    const EntryField& field;
    const std::string& text;
    EntryContent& content;

    std::optional<Message> operator()(CivilDate EntryContent::* place) const {
        const std::optional<CivilDate> day = platform::parse_date(text);
        if (day) content.*place = *day;
        if (day) return {};
        if (text.empty()) return Message{"entry.date_missing"};
        return Message{"entry.date_invalid"};
    }
    std::optional<Message> operator()(std::optional<CivilDate> EntryContent::* place) const {
        content.*place = platform::parse_date(text);
        if (text.empty() || content.*place) return {};
        return Message{"entry.date_invalid"};
    }
    std::optional<Message> operator()(BasisType EntryContent::* place) const {
        const auto type = basis_type_of(text);
        if (!type) return unknown_code(text, all_basis_types());
        content.*place = *type;
        return {};
    }
    std::optional<Message> operator()(Form EntryContent::* place) const {
        const auto form = form_of(text);
        if (!form) return unknown_code(text, all_forms());
        content.*place = *form;
        return {};
    }
    std::optional<Message> operator()(Language EntryContent::* place) const {
        if (text.empty()) return {};
        const auto language = language_of(text);
        if (!language) return Message{"entry.language_unknown"};
        content.*place = *language;
        return {};
    }
    std::optional<Message> operator()(std::uint32_t EntryContent::* place) const {
        const char* const end = text.data() + text.size();
        std::int64_t count = 0;
        const auto [stopped, failed] = std::from_chars(text.data(), end, count);
        if (text.empty()) return Message{"entry.minutes_missing"};
        if (failed == std::errc::result_out_of_range || count > kMinutesMax)
            return Message{"entry.minutes_too_many", {{"max", kMinutesMax}}};
        if (failed != std::errc{} || stopped != end) return Message{"entry.minutes_invalid"};
        if (count <= 0) return Message{"entry.minutes_not_positive"};
        content.*place = static_cast<std::uint32_t>(count);
        return {};
    }
    std::optional<Message> operator()(bool EntryContent::* place) const {
        content.*place = text == "yes";
        if (content.*place || text.empty() || text == "no") return {};
        return Message{"entry.yes_or_no_unknown"};
    }
    std::optional<Message> operator()(Confidential<std::string> EntryContent::* place) const {
        auto checked = check_text(text, field.bytes_max);
        if (!checked) return checked.error();
        content.*place = Confidential(*std::move(checked));
        return {};
    }
    std::optional<Message> operator()(std::monostate) const { return {}; }
};

struct TextWriter {
    const EntryContent& content;
    RevealKey key;

    std::string operator()(CivilDate EntryContent::* place) const {
        return platform::format_date(content.*place);
    }
    std::string operator()(std::optional<CivilDate> EntryContent::* place) const {
        const std::optional<CivilDate>& day = content.*place;
        return day ? platform::format_date(*day) : std::string();
    }
    std::string operator()(BasisType EntryContent::* place) const { return code(content.*place); }
    std::string operator()(Form EntryContent::* place) const { return code(content.*place); }
    std::string operator()(Language EntryContent::* place) const { return code(content.*place); }
    std::string operator()(std::uint32_t EntryContent::* place) const {
        return std::to_string(content.*place);
    }
    std::string operator()(bool EntryContent::* place) const {
        return content.*place ? "yes" : "no";
    }
    std::string operator()(Confidential<std::string> EntryContent::* place) const {
        return (content.*place).reveal(key);
    }
    std::string operator()(std::monostate) const { return {}; }

private:
    template <class Code>
    static std::string code(Code value) {
        return std::string(code_of(value));
    }
};

template <class Value>
bool is_kept_as(const EntryField& field) {
    return std::holds_alternative<Value EntryContent::*>(field.place);
}

}  // namespace

std::span<const EntryField> entry_fields() {
    return kFields;
}

const EntryField* find_field(std::string_view name) {
    const auto* const found = std::ranges::find(kFields, name, &EntryField::name);
    return found == kFields.end() ? nullptr : found;
}

std::string field_names(GivenBy given_by) {
    std::string names;
    for (const EntryField& field : kFields) {
        if (field.given_by > given_by) continue;
        names.append(names.empty() ? "" : ", ").append(field.name);
    }
    return names;
}

bool is_confidential(const EntryField& field) {
    return is_kept_as<Confidential<std::string>>(field);
}

bool is_whole_number(const EntryField& field) {
    return is_kept_as<std::uint32_t>(field);
}

bool is_yes_or_no(const EntryField& field) {
    return is_kept_as<bool>(field);
}

bool is_date(const EntryField& field) {
    return is_kept_as<CivilDate>(field) || is_kept_as<std::optional<CivilDate>>(field);
}

std::optional<Message> read_field(const EntryField& field, const std::string& text,
                                  EntryContent& content) {
    return std::visit(TextReader{field, text, content}, field.place);
}

std::string write_field(const EntryField& field, const EntryContent& content, RevealKey key) {
    return std::visit(TextWriter{content, key}, field.place);
}

void copy_field(const EntryField& field, const EntryContent& from, EntryContent& content) {
    std::visit(
        [&](const auto& place) {
            using Place = std::remove_cvref_t<decltype(place)>;
            if constexpr (!std::is_same_v<Place, std::monostate>) content.*place = from.*place;
        },
        field.place);
}

platform::Expected<std::string, Message> check_text(const std::string& given,
                                                    std::size_t bytes_max) {
    if (given.size() > bytes_max) {
        return platform::Unexpected{
            Message{"text.too_long", {{"bytes", given.size()}, {"max", bytes_max}}}};
    }
    if (const auto bad = platform::invalid_utf8_at(given))
        return platform::Unexpected{Message{"text.no_utf8", {{"at", *bad}}}};
    for (const char c : given) {
        const bool break_or_tab = c == '\n' || c == '\r' || c == '\t';
        if ((static_cast<unsigned char>(c) < 0x20 && !break_or_tab) || c == '\x7f')
            return platform::Unexpected{Message{"text.control_character"}};
    }
    std::string normal = platform::to_nfc(given);
    if (normal.size() > bytes_max)
        return platform::Unexpected{Message{"text.too_long_normalised", {{"max", bytes_max}}}};
    return normal;
}

}  // namespace tizilim::store
