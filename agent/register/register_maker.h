#pragma once

#include "agent/api/services.h"
#include "agent/config/setup_fields.h"
#include "platform/clock.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "store/backup/backup.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"

#include <filesystem>
#include <functional>
#include <mutex>

namespace tizilim::agent {

/// Makes the register of a folder that holds none, once, for the program that serves it from then
/// on. Safe for threads: whoever comes while one is made is refused.
class RegisterMaker {
public:
    struct Surroundings {
        const store::RegisterSettings& settings;
        platform::KeyStore& keys;
        const platform::Clock& clock;
        platform::Random& random;
        platform::Log& log;
    };
    /// `keys_directory` is shown to the person. `serve` is called by the thread that made it, and
    /// throws a MessageError where it can't be served.
    RegisterMaker(const Surroundings& surroundings, std::filesystem::path keys_directory,
                  std::function<store::BookState()> serve);

    /// As NoRegister::make and NoRegister::restore.
    NewRegister make(const store::PairingCode* pairing);
    store::RestoreReport restore(const store::RestoreOptions& options);
    /// What `set_up` returns. Where it was done none is made any more: this program is to end.
    FieldProblems before_making(const std::function<FieldProblems()>& set_up);

private:
    [[nodiscard]] std::unique_lock<std::mutex> expect_my_turn();

    const Surroundings with_;
    const std::filesystem::path keys_directory_;
    const std::function<store::BookState()> serve_;
    std::mutex making_;  ///< guards the next
    bool is_made_ = false;
    bool is_over_ = false;
};

}  // namespace tizilim::agent
