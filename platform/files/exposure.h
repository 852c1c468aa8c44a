#pragma once

#include "platform/text/message.h"

#include <filesystem>
#include <optional>

namespace tizilim::platform {

/// What lets another user of this machine, the administrator apart, change `path` or put something
/// else in its place, and what to do against it: it belongs to another user, others may write to
/// it, or anyone may rename what is in a folder above it. Nothing when nothing does. Of a path that
/// is not there, only the folders above it count. \throws FileError when the system does not say
[[nodiscard]] std::optional<Message> exposure_to_others(const std::filesystem::path& path);

/// Of something that the system keeps from this user: which group's members it is for, and how to
/// become one. Nothing where it is the administrator's group, or not there.
[[nodiscard]] std::optional<Message> group_needed(const std::filesystem::path& path);

}  // namespace tizilim::platform
