#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// Writes to another stream with visible() (platform/text/visible.h) applied: no name, reason or
/// answer can control the terminal.
class VisibleStream : private std::streambuf, public std::ostream {
public:
    explicit VisibleStream(std::ostream& to) : std::ostream(this), to_(to) {}
    ~VisibleStream() override;
    VisibleStream(const VisibleStream&) = delete;
    VisibleStream& operator=(const VisibleStream&) = delete;

private:
    std::streambuf::int_type overflow(std::streambuf::int_type byte) override;
    std::streamsize xsputn(const char* bytes, std::streamsize count) override;
    int sync() override;
    /// Writes what is whole of `held_`; all of it at the end.
    bool pass_on(bool at_end);

    std::ostream& to_;
    std::string held_;  ///< the beginning of a character, or a CR whose LF may come
};

}  // namespace tizilim::agent
