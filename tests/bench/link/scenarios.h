#pragma once

#include "tests/bench/link/agent_run.h"
#include "tests/bench/link/exchange.h"
#include "tests/bench/link/field_register.h"
#include "tests/bench/link/figures.h"
#include "tests/support/express_pouchdb.h"
#include "tests/support/link_emulator.h"
#include "tests/support/temp_directory.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim::bench {

struct LinkBenchOptions {
    bool quick = false;          ///< what takes about a minute in all
    bool pouchdb = true;         ///< PouchDB beside
    std::set<std::string> only;  ///< scenarios by name; empty: all
};

/// One after the other, each with a fresh copy of the same register and a fresh database of one
/// express-pouchdb, or of the model of CouchDB.
class LinkBench {
public:
    explicit LinkBench(LinkBenchOptions options);

    /// Names, in the order of running.
    [[nodiscard]] static std::vector<std::string> scenarios();
    void run();

    [[nodiscard]] const std::vector<Figure>& figures() const { return figures_; }
    [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }

private:
    struct Timed;

    void unlimited();
    void timed(const Timed& of);
    void resets(const Timed& of);
    void over_frames();
    void poisoned();
    void backlog();
    void as_couchdb();

    /// What a delivery took to the last receipt, and to the feed's end.
    struct Delivered {
        Exchange delivered;
        Exchange settled{};
        double feed_bytes = 0;  ///< both ways, of all questions about the feed until then
    };
    /// To the model of CouchDB, on an unlimited link.
    [[nodiscard]] Delivered to_couchdb(const std::string& name, const FieldRegister& made);
    /// Bytes an entry, of a thousand.
    void bytes_of(const std::string& entries, const Delivered& taken, double limit,
                  double limit_to_end);
    /// Own echo of so many entries.
    void echo(std::uint64_t entries, const Delivered& taken, double limit);

    /// `name` of the run, and what it took, with the server's word on what arrived.
    [[nodiscard]] Exchange agent(const std::string& name, const FieldRegister& made,
                                 const support::LinkShape& shape,
                                 AgentRun::Reach reach = AgentRun::Reach::in_one_process);
    [[nodiscard]] std::optional<Exchange> pouchdb(const std::string& name,
                                                  const support::LinkShape& shape);
    [[nodiscard]] std::string new_database(support::ExpressPouchDb& server);
    void expect_entries(const support::ExpressPouchDb& server, const std::string& database,
                        std::uint64_t count) const;
    [[nodiscard]] std::optional<double> seconds_of(const std::string& run) const;
    void keep(const std::string& name, const Exchange& exchange);

    const LinkBenchOptions options_;
    support::TempDirectory folder_;
    FieldRegister thousand_;
    support::ExpressPouchDb server_;
    unsigned databases_ = 0;
    std::vector<Figure> figures_;
    std::vector<Run> runs_;
};

}  // namespace tizilim::bench
