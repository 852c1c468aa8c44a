#include "platform/files/key_store.h"

#include "platform/files/descriptor.h"
#include "platform/files/file.h"
#include "platform/files/posix_file.h"
#include "platform/hex.h"
#include "platform/text/message.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr std::size_t kHexDigits = 2 * MasterKey::kBytes;
constexpr mode_t kGroupAndOthers = 077;

/// Through a volatile pointer: the compiler must not drop writes to memory that nobody reads again.
template <class Byte>
void wipe(Byte* bytes, std::size_t count) {
    volatile Byte* const at = bytes;
    for (std::size_t i = 0; i < count; ++i) at[i] = Byte{};
}

/// Text that held a key, wiped whichever way its scope is left.
class SecretText {
public:
    explicit SecretText(std::string text) : text_(std::move(text)) {}
    ~SecretText() { wipe(text_.data(), text_.size()); }
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

[[noreturn]] void refuse_content(const std::filesystem::path& path) {
    throw FileError(Message{"key.file_damaged", {{"path", path.string()}, {"digits", kHexDigits}}},
                    0);
}

/// Without the line end that an editor may have added.
std::string_view digits_of(const std::string& content) {
    std::string_view digits = content;
    if (digits.ends_with('\n')) digits.remove_suffix(1);
    return digits;
}

void refuse_open_access(const Descriptor& file, const std::filesystem::path& path) {
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) throw_file_error("file.cannot_examine", path, errno);
    if (status.st_uid != ::geteuid())
        throw FileError(Message{"key.file_of_another_user", {{"path", path.string()}}}, 0);
    if ((status.st_mode & kGroupAndOthers) == 0) return;
    throw FileError(Message{"key.file_open_to_others", {{"path", path.string()}}}, 0);
}

/// Whether there is none at all. Anything in the way of an answer counts as there.
bool is_absent(const std::filesystem::path& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) != 0 && errno == ENOENT;
}

}  // namespace

MasterKey::~MasterKey() {
    wipe(bytes_.data(), bytes_.size());
}

std::optional<MasterKey> FileKeyStore::load(const std::string& name) const {
    const std::filesystem::path path = path_of(name);
    if (is_absent(path)) return std::nullopt;
    const Descriptor file = open_regular_file(path);
    refuse_open_access(file, path);
    constexpr std::size_t kBytesMax = kHexDigits + 1;
    const SecretText held(read_descriptor(file, path, kBytesMax));
    const std::string_view digits = digits_of(held.text());
    if (digits.size() != kHexDigits) refuse_content(path);
    auto decoded = from_hex(digits);
    if (!decoded) refuse_content(path);
    const SecretText bytes(std::move(*decoded));
    std::array<std::byte, MasterKey::kBytes> key{};
    std::transform(bytes.text().begin(), bytes.text().end(), key.begin(),
                   [](char c) { return static_cast<std::byte>(c); });
    std::optional<MasterKey> result(std::in_place, key);
    wipe(key.data(), key.size());
    return result;
}

void FileKeyStore::create(const std::string& name, const MasterKey& key) {
    const std::filesystem::path path = path_of(name);
    make_private_directory(directory_);
    const SecretText content(to_hex(key.bytes()));
    if (!TemporaryFile(path, content.text()).become_target()) {
        throw FileError(Message{"key.file_exists", {{"path", path.string()}}}, EEXIST);
    }
}

std::filesystem::path FileKeyStore::path_of(const std::string& name) const {
    const bool sound = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!sound) {
        throw FileError(Message{"key.bad_name", {{"folder", directory_.string()}}}, EINVAL);
    }
    return directory_ / (name + ".key");
}

}  // namespace tizilim::platform
