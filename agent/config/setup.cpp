#include "agent/config/setup.h"

#include "agent/config/config.h"
#include "agent/config/config_error.h"
#include "agent/config/ini.h"
#include "agent/config/ini_edit.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "agent/config/setup_fields.h"
#include "platform/expected.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::as_json;
using platform::Message;

struct SetupField {
    std::string_view name;
    std::string_view section;
    std::string_view key;
};

constexpr std::string_view kUnified = "unified";
constexpr std::string_view kPasswordFile = "password_file";
constexpr auto kFields = std::to_array<SetupField>({
    {"lawyer", "register", "lawyer"},
    {"iin", "register", "iin"},
    {"bar_association", "register", "bar_association"},
    {"bar_association_kk", "register", "bar_association_kk"},
    {"language", "register", "language"},
    {"url", kUnified, "url"},
    {"user", kUnified, "user"},
    {"password", kUnified, "password"},
    {"backup_directory", "backup", "directory"},
});

constexpr std::size_t kTextBytesMax = 1000;

const SetupField* field_named(std::string_view name) {
    const auto* const found = std::ranges::find(kFields, name, &SetupField::name);
    return found == kFields.end() ? nullptr : found;
}

const SetupField* field_of(const IniSetting& setting) {
    const auto* const found = std::ranges::find_if(kFields, [&](const SetupField& field) {
        return field.section == setting.section && field.key == setting.key;
    });
    return found == kFields.end() ? nullptr : found;
}

bool is_one_line(std::string_view text) {
    return text.size() <= kTextBytesMax && std::ranges::none_of(text, [](unsigned char byte) {
               return byte < ' ' || byte == 0x7f;
           });
}

/// The two names of the password's file: a new password never stands in the file of the old one.
std::array<std::filesystem::path, 2> password_files(const std::filesystem::path& config) {
    return {config.parent_path() / "unified-1.password",
            config.parent_path() / "unified-2.password"};
}

/// The folder is made where its parent is, and written in.
void try_folder(const std::filesystem::path& folder) {
    std::error_code failed;
    if (!folder.is_absolute()) throw platform::FileError(Message{"setup.folder_whole_path"}, 0);
    if (!std::filesystem::is_directory(folder, failed) &&
        !std::filesystem::is_directory(folder.parent_path(), failed))
        throw platform::FileError(
            Message{"setup.no_folder_above", {{"folder", folder.parent_path().string()}}}, 0);
    platform::make_private_directory(folder);
    const std::filesystem::path tried = folder / ".tizilim-tried";
    platform::write_file_atomically(tried, "");
    std::filesystem::remove(tried, failed);
}

class SetupWriter {
public:
    SetupWriter(Places places, const SetupFields& fields)
        : places_(std::move(places)), fields_(fields) {}

    FieldProblems run() {
        if (places_.config.empty()) return {{"", {"setup.no_place"}}};
        try {
            check_texts();
            if (!problems_.empty()) return std::move(problems_);
            check_folder();
            write();
        } catch (const ConfigError& error) {
            // As it stands now, others than this have made it so.
            for (const Message& line : error.lines()) problem("", line);
        } catch (const platform::FileError& error) {
            problem("", error.message());
        }
        return std::move(problems_);
    }

private:
    void problem(std::string_view field, Message message) {
        problems_.push_back({std::string(field), std::move(message)});
    }

    [[nodiscard]] std::string given(std::string_view field) const {
        const auto found = fields_.find(field);
        return found == fields_.end() ? "" : found->second;
    }

    void check_texts() {
        problems_ = check_setup_texts(fields_);
        if (fields_.contains("lawyer") && given("lawyer").empty())
            problem("lawyer", {"setup.needed"});
    }

    void check_folder() {
        const std::string folder = given("backup_directory");
        if (folder.empty()) return;
        try {
            try_folder(std::filesystem::path(folder).lexically_normal());
        } catch (const platform::FileError& error) {
            problem("backup_directory", error.message());
        }
    }

    void write() {
        std::error_code failed;
        // Its name may be a link: the file that it leads to is written.
        if (const auto file = std::filesystem::canonical(places_.config, failed); !failed)
            places_.config = file;
        const bool is_there = std::filesystem::exists(places_.config, failed);
        if (!is_there) platform::make_private_directory(places_.config.parent_path());
        const std::string old = is_there ? read_config_file(places_) : "";
        const auto mode = std::filesystem::status(places_.config, failed).permissions();
        before_ = parse_configuration(old, places_, Credentials::leave);
        if (!given("user").empty() && given("password").empty() && !has_secret())
            return problem("password", {"setup.needed"});
        const std::string text = edit_ini(old, changes());
        const std::string password = given("password");
        if (!password.empty()) platform::write_file_atomically(password_file(), password + '\n');
        check(text);
        try {
            if (problems_.empty()) platform::write_file_atomically(places_.config, text);
        } catch (const platform::FileError& error) {
            problem("", error.message());
        }
        if (problems_.empty() && is_there)
            std::filesystem::permissions(places_.config, mode, failed);
        remove_other_passwords(problems_.empty() && leaves_old_password()
                                   ? before_.unified.password_file
                                   : password_file());
    }

    [[nodiscard]] bool has_secret() const {
        return !before_.unified.password_file.empty() || !before_.unified.token_file.empty();
    }
    [[nodiscard]] bool leaves_old_password() const {
        return !given("password").empty() || (fields_.contains("user") && given("user").empty());
    }

    /// Of the new password.
    [[nodiscard]] std::filesystem::path password_file() const {
        const auto [one, other] = password_files(places_.config);
        return before_.unified.password_file == one ? other : one;
    }

    /// `gone` is nobody's any more; a file of another name is not ours to remove.
    void remove_other_passwords(const std::filesystem::path& gone) const {
        const auto ours = password_files(places_.config);
        std::error_code failed;  // then it stays, readable by its owner alone
        if (std::ranges::find(ours, gone) != ours.end()) std::filesystem::remove(gone, failed);
    }

    [[nodiscard]] std::vector<IniChange> changes() const {
        std::vector<IniChange> changes;
        const auto change = [&](std::string_view section, std::string_view key,
                                const std::string& value) {
            IniChange one{std::string(section), std::string(key), {}};
            if (!value.empty()) one.value = value;
            changes.push_back(std::move(one));
        };
        for (const SetupField& field : kFields) {
            if (!fields_.contains(field.name) || field.name == "password") continue;
            change(field.section, field.key, given(field.name));
            if (field.name == "user" && given("user").empty()) change(kUnified, kPasswordFile, "");
        }
        if (!given("password").empty())
            change(kUnified, kPasswordFile, password_file().filename().string());
        return changes;
    }

    /// As the daemon would.
    void check(const std::string& text) {
        try {
            static_cast<void>(parse_configuration(text, places_));
        } catch (const ConfigError& error) {
            const IniText ini = read_ini(text);
            for (const ConfigProblem& found : error.problems()) name(found, ini);
        }
    }

    void name(const ConfigProblem& found, const IniText& ini) {
        const auto at = std::ranges::find(ini.settings, found.line, &IniSetting::line);
        const SetupField* field = at == ini.settings.end() ? nullptr : field_of(*at);
        if (at != ini.settings.end() && at->section == kUnified && at->key == kPasswordFile)
            field = field_named("password");
        if (field == nullptr) return problem("", found.message);
        // The field is named by where it is said.
        const auto why = std::ranges::find(found.message.values, std::string_view("why"),
                                           &platform::JsonMember::name);
        if (found.message.code == "config.bad_value" && why != found.message.values.end())
            if (auto inner = platform::message_of(why->value))
                return problem(field->name, *std::move(inner));
        problem(field->name, found.message);
    }

    Places places_;
    const SetupFields& fields_;
    Configuration before_;
    FieldProblems problems_;
};

}  // namespace

bool is_setup_field(std::string_view name) {
    return field_named(name) != nullptr;
}

FieldProblems check_setup_texts(const SetupFields& fields) {
    FieldProblems problems;
    for (const auto& [name, text] : fields)
        if (!is_one_line(text))
            problems.push_back({name, {"setup.one_line", {{"most", kTextBytesMax}}}});
    return problems;
}

bool is_of_network(std::string_view field) {
    const SetupField* const known = field_named(field);
    return known != nullptr && known->section == kUnified;
}

SetupFields fields_of(const Configuration& configuration) {
    SetupFields fields{{"lawyer", configuration.lawyer},
                       {"iin", configuration.registry.lawyer_iin},
                       {"bar_association", configuration.bar_association},
                       {"bar_association_kk", configuration.bar_association_kk},
                       {"language", std::string(store::code_of(configuration.registry.language))},
                       {"url", configuration.unified.url},
                       {"user", configuration.unified.user},
                       {"backup_directory", configuration.backup.directory.string()}};
    std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
    return fields;
}

platform::Expected<SetupFields, FieldProblems> read_setup_file(std::string_view text) {
    const IniText ini = read_ini(text);
    SetupFields fields;
    FieldProblems problems;
    const auto at_line = [&](std::size_t line, const Message& why) {
        problems.push_back({"", {"setup.file_line", {{"line", line}, {"why", as_json(why)}}}});
    };
    for (const IniProblem& unread : ini.problems)
        at_line(unread.problem.line, unread.problem.message);
    for (const IniSetting& setting : ini.settings) {
        if (setting.key.empty()) continue;
        const SetupField* const field = field_of(setting);
        if (field != nullptr) {
            fields[std::string(field->name)] = setting.value;
        } else {
            at_line(setting.line,
                    {"setup.file_unknown", {{"section", setting.section}, {"key", setting.key}}});
        }
    }
    if (problems.empty() && fields.empty()) problems.push_back({"", {"setup.file_empty"}});
    if (!problems.empty()) return platform::Unexpected{std::move(problems)};
    return fields;
}

std::filesystem::path setup_file(const Places& places) {
    return places.config.empty() ? places.new_config : places.config;
}

FieldProblems write_setup(const Places& places, const SetupFields& fields) {
    Places written = places;
    written.config = setup_file(places);
    return SetupWriter(std::move(written), fields).run();
}

}  // namespace tizilim::agent
