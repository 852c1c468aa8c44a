#include "platform/text/gzip.h"

#include "platform/check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <libdeflate.h>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <zlib.h>

namespace tizilim::platform {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  ///< the largest window; 16 asks zlib for gzip framing
/// libdeflate's levels: what is larger than a batch of some hundred entries takes too long at its
/// best, for 1 % less.
constexpr int kBestLevel = 12;
constexpr int kQuickLevel = 9;
constexpr std::size_t kBestBytesMax = std::size_t{1} << 20;
constexpr std::size_t kStepBytes = 64UL * 1024;  ///< how much output grows at a time
constexpr std::size_t kInputStepBytes = std::numeric_limits<uInt>::max();

/// A z_stream that is ended whatever happens.
class Stream {
public:
    Stream() = default;
    ~Stream() { inflateEnd(&state); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// Hands over the next piece of `input` once the last one is used up.
    void feed(std::string_view& input) {
        if (state.avail_in != 0) return;
        const std::size_t piece = std::min(input.size(), kInputStepBytes);
        // zlib reads through a pointer to non-const and never writes.
        state.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));
        state.avail_in = static_cast<uInt>(piece);
        input.remove_prefix(piece);
    }
    /// Makes room for `bytes` more at the end of `out`.
    void give_room(std::string& out, std::size_t bytes) {
        const std::size_t used = out.size();
        out.resize(used + bytes);
        state.next_out = reinterpret_cast<Bytef*>(out.data() + used);
        state.avail_out = static_cast<uInt>(bytes);
    }

    z_stream state{};
};

}  // namespace

std::string gzip(std::string_view text) {
    const int level = text.size() <= kBestBytesMax ? kBestLevel : kQuickLevel;
    const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
        libdeflate_alloc_compressor(level), &libdeflate_free_compressor);
    if (!compressor) throw std::bad_alloc();
    std::string out(libdeflate_gzip_compress_bound(compressor.get(), text.size()), '\0');
    out.resize(libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data(),
                                        out.size()));
    CHECK(!out.empty());
    return out;
}

std::optional<std::string> gunzip(std::string_view bytes, std::size_t bytes_max) {
    Stream stream;
    const int begun = inflateInit2(&stream.state, kGzipWindowBits);
    if (begun == Z_MEM_ERROR) throw std::bad_alloc();
    CHECK(begun == Z_OK);
    std::string out;
    int result = Z_OK;
    while (result != Z_STREAM_END) {
        stream.feed(bytes);
        // One byte over the bound shows that there is more, without inflating the rest.
        const std::size_t left = bytes_max - out.size();
        stream.give_room(out, left < kStepBytes ? left + 1 : kStepBytes);
        result = inflate(&stream.state, Z_NO_FLUSH);
        if (result == Z_MEM_ERROR) throw std::bad_alloc();
        // Z_BUF_ERROR with room in hand: the stream is cut short.
        if (result != Z_OK && result != Z_STREAM_END) return std::nullopt;
        out.resize(out.size() - stream.state.avail_out);
        if (out.size() > bytes_max) return std::nullopt;
    }
    if (stream.state.avail_in != 0 || !bytes.empty()) return std::nullopt;  // trailing bytes
    return out;
}

std::optional<std::string> inflated(std::string_view bytes, std::size_t size) {
    const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)>
        decompressor(libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
    if (!decompressor) throw std::bad_alloc();
    std::string out(size, '\0');
    std::size_t taken = 0;
    std::size_t made = 0;
    if (libdeflate_deflate_decompress_ex(decompressor.get(), bytes.data(), bytes.size(), out.data(),
                                         out.size(), &taken, &made) != LIBDEFLATE_SUCCESS ||
        taken != bytes.size() || made != size)
        return std::nullopt;
    return out;
}

std::uint32_t crc32_of(std::string_view bytes) {
    return libdeflate_crc32(0, bytes.data(), bytes.size());
}

}  // namespace tizilim::platform
