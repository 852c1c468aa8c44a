#pragma once

#include "agent/config/config.h"
#include "agent/config/places.h"
#include "agent/config/setup_fields.h"
#include "platform/expected.h"

#include <filesystem>
#include <string_view>

namespace tizilim::agent {

/// What may be asked of a person: "lawyer", "iin", "bar_association", "bar_association_kk",
/// "language", "url", "user", "password", "backup_directory".
[[nodiscard]] bool is_setup_field(std::string_view name);

/// Whether tizilim-sync alone reads it.
[[nodiscard]] bool is_of_network(std::string_view field);

/// Which of them are more than a line of a configuration may be. Their bound is the order's, too,
/// in which tizilim-register hands them on: it asks this first.
[[nodiscard]] FieldProblems check_setup_texts(const SetupFields& fields);

/// What the configuration says of them, without the password.
[[nodiscard]] SetupFields fields_of(const Configuration& configuration);

/// The file of an administrator: the configuration's sections and keys, as far as they are fields
/// here, and `password` in [unified] beside them. What is wrong with it, line by line; the values
/// themselves are looked at by write_setup().
[[nodiscard]] platform::Expected<SetupFields, FieldProblems> read_setup_file(std::string_view text);

/// Where write_setup() writes; empty: there is no place, since no home is known.
[[nodiscard]] std::filesystem::path setup_file(const Places& places);

/// Writes `fields` into setup_file(), which may be there or not, and the password into a file of
/// its own beside it. A crash leaves the old configuration or the new one. What the configuration
/// would not be taken with is named, a backup folder that can't be written in as well, and then
/// nothing is changed. What is not among `fields` stays.
[[nodiscard]] FieldProblems write_setup(const Places& places, const SetupFields& fields);

}  // namespace tizilim::agent
