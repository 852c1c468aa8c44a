#pragma once

namespace tizilim::inside {

/// Of the kinds in flood.cpp, the one that kFloodVariable's file names: sent to tizilim-register
/// until it hangs up, which is this program's end. Which process sends it stands in a file of the
/// same name with `.pid` behind it. False: the environment names no file.
bool flood_from_environment();

}  // namespace tizilim::inside
