#include "platform/text/system_message.h"

#include "platform/text/message.h"

#include <cerrno>
#include <system_error>

namespace tizilim::platform {

Message system_message(int code) {
    switch (code) {
        case EACCES:
            return {"system.no_permission"};
        case EADDRINUSE:
            return {"system.address_in_use"};
        case ECONNREFUSED:
            return {"system.connection_refused"};
        case EDQUOT:
            return {"system.quota_used_up"};
        case EEXIST:
            return {"system.file_exists"};
        case EFBIG:
            return {"system.file_too_large"};
        case EIO:
            return {"system.disk_fault"};
        case EISDIR:
            return {"system.is_a_folder"};
        case EMFILE:
            return {"system.many_files_open"};
        case ENAMETOOLONG:
            return {"system.name_too_long"};
        case ENOENT:
            return {"system.no_such_file"};
        case ENOSPC:
            return {"system.no_space"};
        case ENOTDIR:
            return {"system.not_a_folder"};
        case EPERM:
            return {"system.not_permitted"};
        case EROFS:
            return {"system.read_only"};
        default:
            return as_it_stands(std::error_code(code, std::generic_category()).message());
    }
}

Message system_message(const std::error_code& code) {
    const std::error_condition condition = code.default_error_condition();
    if (condition.category() == std::generic_category()) return system_message(condition.value());
    return as_it_stands(code.message());
}

}  // namespace tizilim::platform
