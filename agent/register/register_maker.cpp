#include "agent/register/register_maker.h"

#include "agent/api/services.h"
#include "agent/config/setup_fields.h"
#include "platform/files/file.h"
#include "platform/files/file_stream.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"
#include "store/backup/backup.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <filesystem>
#include <functional>
#include <mutex>
#include <utility>

namespace tizilim::agent {
namespace {

/// What a person may read, the daemon's account perhaps may not.
void expect_readable(const std::filesystem::path& file) {
    try {
        const platform::FileReader opened(file);
    } catch (const platform::FileError& error) {
        throw store::refusal({"backup.not_for_the_daemon",
                              {{"file", file.string()}, {"why", as_json(error.message())}}});
    }
}

/// Runs `act`; what the system says of a path becomes an answer.
template <class Act>
auto told(const Act& act) {
    try {
        return act();
    } catch (const std::filesystem::filesystem_error& error) {
        throw store::StoreError(store::StoreError::Kind::io,
                                {"file.path_unusable",
                                 {{"path", error.path1().string()},
                                  {"system", as_json(platform::system_message(error.code()))}}});
    }
}

}  // namespace

RegisterMaker::RegisterMaker(const Surroundings& surroundings, std::filesystem::path keys_directory,
                             std::function<store::BookState()> serve)
    : with_(surroundings), keys_directory_(std::move(keys_directory)), serve_(std::move(serve)) {}

std::unique_lock<std::mutex> RegisterMaker::expect_my_turn() {
    std::unique_lock lock(making_, std::try_to_lock);
    if (!lock || is_over_) throw store::refusal({"register.being_made"});
    if (is_made_)
        throw store::StoreError(
            store::StoreError::Kind::exists,
            {"register.there_already", {{"directory", with_.settings.directory.string()}}});
    return lock;
}

NewRegister RegisterMaker::make(const store::PairingCode* pairing) {
    const auto turn = expect_my_turn();
    NewRegister made;
    made.directory = with_.settings.directory;
    made.keys = keys_directory_;
    made.recovery_code = told([&] {
        return pairing == nullptr
                   ? store::Register::create(with_.settings, with_.keys, with_.clock, with_.random)
                   : store::Register::join(with_.settings, with_.keys, *pairing, with_.clock,
                                           with_.random);
    });
    is_made_ = true;
    try {
        made.book = serve_().label;
        with_.log.info("register_made",
                       {{"book", made.book}, {"directory", with_.settings.directory.string()}});
    } catch (const platform::MessageError& error) {
        // Nobody would see the code again.
        made.problem = error.message();
    }
    return made;
}

FieldProblems RegisterMaker::before_making(const std::function<FieldProblems()>& set_up) {
    const auto turn = expect_my_turn();
    FieldProblems problems = set_up();
    is_over_ = problems.empty();
    return problems;
}

store::RestoreReport RegisterMaker::restore(const store::RestoreOptions& options) {
    const auto turn = expect_my_turn();
    expect_readable(options.file);
    const store::RestoreReport report = told([&] {
        return store::restore(with_.settings, options, with_.keys, with_.clock, with_.random);
    });
    is_made_ = true;
    static_cast<void>(serve_());
    with_.log.info("register_restored",
                   {{"book", report.book}, {"directory", with_.settings.directory.string()}});
    return report;
}

}  // namespace tizilim::agent
