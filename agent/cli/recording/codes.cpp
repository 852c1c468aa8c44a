#include "agent/cli/recording/codes.h"

#include "agent/cli/recording/recording.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/hints.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/documents/text_table.h"
#include "agent/input/codes.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "store/entry/fields.h"

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using store::EntryField;

constexpr std::size_t kWordsWidth = 120;

std::vector<const EntryField*> coded_fields(std::string_view kind) {
    std::vector<const EntryField*> fields;
    for (const EntryField& field : store::entry_fields())
        if (!codes_of(field).empty() && (kind.empty() || kind == kind_of(field)))
            fields.push_back(&field);
    return fields;
}

platform::JsonArray json_of(const EntryField& field) {
    platform::JsonArray codes;
    int number = 0;
    for (const Spelling& spelling : codes_of(field))
        codes.emplace_back(platform::JsonObject{{"field", field.name},
                                                {"number", ++number},
                                                {"code", spelling.code},
                                                {"kk", spelling.texts[0]},
                                                {"ru", spelling.texts[1]},
                                                {"en", spelling.texts[2]}});
    return codes;
}

}  // namespace

std::string kind_of(const EntryField& field) {
    return flag_of(field.name).substr(2);
}

std::vector<std::string> code_kinds() {
    std::vector<std::string> kinds;
    for (const EntryField* const field : coded_fields({})) kinds.push_back(kind_of(*field));
    return kinds;
}

void print_codes(std::ostream& out, const Words& words, const EntryField& field,
                 std::size_t cells_max) {
    std::vector<std::vector<std::string>> rows;
    for (const Spelling& spelling : codes_of(field))
        rows.push_back({std::to_string(rows.size() + 1), std::string(spelling.code),
                        member_in_words(words, field.name, spelling.code)});
    print_table(out,
                {{words("table.number"), Align::right},
                 {words("table.code")},
                 {words("table.words"), Align::left, kWordsWidth}},
                rows, cells_max);
}

int run_codes(const Command& command, const std::string& kind) {
    const std::vector<const EntryField*> fields = coded_fields(kind);
    if (command.json) {
        platform::JsonArray codes;
        for (const EntryField* const field : fields)
            for (platform::JsonValue& code : json_of(*field)) codes.push_back(std::move(code));
        print_json(command, platform::JsonObject{{"codes", std::move(codes)}});
        return done;
    }
    std::ostream& out = command.console.out;
    for (const EntryField* const field : fields) {
        if (field != fields.front()) out << '\n';
        say(command.console,
            command.words("cli.codes_of", {{"field", field_word(command.words, field->name)},
                                           {"flag", flag_of(field->name)}}));
        print_codes(out, command.words, *field, command.console.cells_max());
    }
    return done;
}

}  // namespace tizilim::agent
