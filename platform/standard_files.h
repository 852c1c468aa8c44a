#pragma once

namespace tizilim::platform {

/// The first thing in each main. A program that was started without a standard descriptor would
/// get its number for the first file that it opens, and its messages would go there: /dev/null is
/// opened in the place of each that is missing. It is open for reading, so that what is written to
/// it fails, as it did without it, and is not taken for said.
///
/// SIGXFSZ is ignored: a file that may not grow any further is an error of that write.
void open_standard_files();

}  // namespace tizilim::platform
