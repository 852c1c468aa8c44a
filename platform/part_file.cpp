#include "platform/part_file.h"

#include "platform/posix_file.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string_view>
#include <unistd.h>

namespace tizilim::platform {

class PartFile::Impl {
public:
    explicit Impl(const std::filesystem::path& target)
        : target_(target),
          temporary_(target, {}),
          file_(::open(temporary_.path().c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)) {
        if (file_.get() < 0) throw_file_error("write a file beside", target_, errno);
        if (std::filesystem::is_directory(target_)) throw_file_error("replace", target_, EISDIR);
    }

    void append(std::string_view part) { write_descriptor(file_, target_, part); }

    void finish() {
        if (::fsync(file_.get()) != 0) throw_file_error("sync", target_, errno);
        temporary_.replace_target();
    }

private:
    const std::filesystem::path target_;
    TemporaryFile temporary_;
    const Descriptor file_;
};

PartFile::PartFile(const std::filesystem::path& target) : impl_(std::make_unique<Impl>(target)) {}

PartFile::~PartFile() = default;

void PartFile::append(std::string_view part) {
    impl_->append(part);
}

void PartFile::finish() {
    impl_->finish();
}

}  // namespace tizilim::platform
