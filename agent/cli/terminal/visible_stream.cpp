#include "agent/cli/terminal/visible_stream.h"

#include "platform/text/visible.h"

#include <cstddef>
#include <ios>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

/// How many bytes of `text` end with a whole character; a CR waits for what follows it.
std::size_t whole_bytes(std::string_view text) {
    constexpr std::size_t kSequenceMax = 4;
    if (text.ends_with('\r')) return text.size() - 1;
    for (std::size_t back = 1; back < kSequenceMax && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (byte < 0x80) break;
        if (byte < 0xc0) continue;
        const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        return length > back ? text.size() - back : text.size();
    }
    return text.size();
}

}  // namespace

VisibleStream::~VisibleStream() {
    pass_on(true);
}

bool VisibleStream::pass_on(bool at_end) {
    const std::size_t whole = at_end ? held_.size() : whole_bytes(held_);
    to_ << platform::visible(std::string_view(held_).substr(0, whole));
    held_.erase(0, whole);
    return static_cast<bool>(to_);
}

std::streambuf::int_type VisibleStream::overflow(std::streambuf::int_type byte) {
    using Traits = std::streambuf::traits_type;
    if (Traits::eq_int_type(byte, Traits::eof())) return Traits::not_eof(byte);
    held_ += Traits::to_char_type(byte);
    return pass_on(false) ? byte : Traits::eof();
}

std::streamsize VisibleStream::xsputn(const char* bytes, std::streamsize count) {
    held_.append(bytes, static_cast<std::size_t>(count));
    return pass_on(false) ? count : 0;
}

int VisibleStream::sync() {
    const bool written = pass_on(true);
    return written && to_.flush() ? 0 : -1;
}

}  // namespace tizilim::agent
