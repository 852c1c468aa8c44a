#pragma once

namespace tizilim::platform {

/// The first thing in each main. In a program that is started without a standard descriptor the
/// first opened file would get its number, and messages would go there: each missing one is opened
/// on /dev/null. For reading only, so that a write fails, as it would without it.
///
/// Also ignores SIGXFSZ: a file that may not grow makes the write fail.
void open_standard_files();

}  // namespace tizilim::platform
