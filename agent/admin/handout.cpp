#include "agent/admin/handout.h"

#include "agent/admin/lawyers.h"
#include "agent/texts/words.h"
#include "platform/files/file.h"
#include "platform/text/json.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::admin {
namespace {

void add_key(std::string& section, std::string_view key, const std::string& value) {
    if (value.empty()) return;
    section += std::string(key) + " = " + value + '\n';
}

}  // namespace

std::string setup_text(const Lawyer& lawyer, const Access& access) {
    std::string text = "[register]\n";
    add_key(text, "lawyer", lawyer.name);
    add_key(text, "iin", lawyer.iin);
    add_key(text, "bar_association", lawyer.bar_association);
    add_key(text, "bar_association_kk", lawyer.bar_association_kk);
    add_key(text, "language", lawyer.language);
    text += "[unified]\n";
    add_key(text, "url", access.url);
    add_key(text, "user", access.user);
    add_key(text, "password", access.password);
    return text;
}

std::string sheet_text(const Lawyer& lawyer, const Access& access) {
    const auto language =
        lawyer.language == "kk" ? agent::UserLanguage::kk : agent::UserLanguage::ru;
    const agent::Words words(language, std::nullopt);
    return words("admin.sheet", {{"lawyer", lawyer.name},
                                 {"url", access.url},
                                 {"user", access.user},
                                 {"password", access.password}}) +
           '\n';
}

Handout handout_of(const std::filesystem::path& folder, const std::string& database) {
    return {folder / (database + ".setup"), folder / (database + ".txt")};
}

void write_handout(const Handout& files, const Lawyer& lawyer, const Access& access) {
    platform::write_file_atomically(files.setup, setup_text(lawyer, access));
    platform::write_file_atomically(files.sheet, sheet_text(lawyer, access));
}

}  // namespace tizilim::admin
