#pragma once

#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>

namespace tizilim::support {

/// Confinement can't be taken back: what is tried under it is tried in a child of its own.
struct Outcome {
    std::optional<int> code;  ///< what the function returned; nothing: the child ended before
    int signal = 0;           ///< that ended it; else
    int exit_code = 0;        ///< of whatever program it was then
    std::string said;         ///< of an exception that the function threw

    /// The child became another program, which then ended well.
    [[nodiscard]] bool was_replaced() const {
        return !code && signal == 0 && exit_code == 0 && said.empty();
    }
};

/// Runs `act` in a forked child, as `account` and its group alone where one is given (that takes
/// root).
[[nodiscard]] Outcome in_child(std::optional<uid_t> account, const std::function<int()>& act);

/// The same, while the caller goes on: the child lives with this object.
class Sibling {
public:
    explicit Sibling(std::optional<uid_t> account);
    ~Sibling();
    Sibling(const Sibling&) = delete;
    Sibling& operator=(const Sibling&) = delete;
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_ = -1;
};

}  // namespace tizilim::support
