#pragma once

#include "platform/curl/curl_transport.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "store/register/register.h"
#include "sync/replicator.h"
#include "tests/support/express_pouchdb.h"
#include "tests/support/sim_clock.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tizilim::interop {

/// One register and one database of a real server, twice brought together: first with entries that
/// were recorded alone, then with an amendment, a withdrawal, a voided entry and new ones. The
/// server writes `unified:` documents before each time. Backoffs take no time.
class SmallSync {
public:
    static constexpr std::uint64_t kFirstEntries = 17;
    static constexpr std::uint64_t kSecondEntries = 3;
    static constexpr std::uint64_t kEntries = kFirstEntries + kSecondEntries;

    /// Records the entries of the first time, in a folder that is copied by each run.
    static void record(const std::filesystem::path& folder);

    struct Place {
        std::filesystem::path recorded;  ///< by record()
        std::filesystem::path folder;    ///< for this run; must not exist
        std::string database;            ///< must not exist
        std::uint16_t port = 0;          ///< where the register meets the server
    };
    SmallSync(Place place, support::ExpressPouchDb& server);
    ~SmallSync();
    SmallSync(const SmallSync&) = delete;
    SmallSync& operator=(const SmallSync&) = delete;

    /// Both times, each until nothing is left to do. With `restart` the program ends at the first
    /// failure and starts anew.
    void run(bool restart);

    /// Of the entries, at the end: those that the server has not as the register says, with their
    /// current leaf alone; and documents or leaves too many.
    struct Held {
        std::uint64_t lost = 0;
        std::uint64_t twice = 0;
    };
    [[nodiscard]] Held held() const;
    /// What else is wrong: a receipt before its time, a state that claims too much, a journal that
    /// does not verify, a document not pulled.
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

private:
    void open();
    void edit();
    void write_unified(const std::string& name, const std::string& revision,
                       const std::string& status);
    void bring_together(bool restart);
    void expect_honest();
    void expect_done(std::uint64_t entries);

    const Place place_;
    support::ExpressPouchDb& server_;
    const platform::FileKeyStore keys_;
    support::SimClock clock_;
    platform::SystemRandom random_;
    std::unique_ptr<store::Register> register_;
    std::unique_ptr<platform::CurlTransport> transport_;
    std::unique_ptr<sync::Replicator> replicator_;
    std::vector<std::string> unified_;  ///< "ID REVISION", as last written
    std::uint64_t delivered_ = 0;
    std::vector<std::string> problems_;
};

}  // namespace tizilim::interop
