#include "agent/cli/signing/ncalayer.h"
#include "agent/cli/signing/signing.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {
namespace {

/// What it signs on one password; each part is stored before the next is asked for.
constexpr std::size_t kPartSize = 50;

/// The versions that wait, a part at a time.
class Parts {
public:
    Parts(const Command& command, const SignOptions& options)
        : command_(command), options_(options), tally_(command) {}

    [[nodiscard]] int take(const WaitingVersion& waiting) {
        part_.push_back(waiting);
        return part_.size() < kPartSize ? static_cast<int>(done) : sign();
    }
    [[nodiscard]] int sign() {
        if (part_.empty()) return done;
        try {
            // Only now: nobody's window opens when nothing waits.
            if (!ncalayer_) ncalayer_.emplace(at());
            std::vector<std::string> documents;
            documents.reserve(part_.size());
            for (const WaitingVersion& waiting : part_) documents.push_back(waiting.bytes);
            say_beside(command_.console,
                       command_.words("cli.ncalayer_asks", {{"count", part_.size()}}));
            return attach(ncalayer_->sign(documents, command_.words.language()));
        } catch (const NcaLayerError& error) {
            failed_ = true;
            return refuse_here(command_, error.message());
        }
    }
    /// What was signed before something failed is told, too.
    [[nodiscard]] int finish(int code) const {
        if (failed_ && !attached_) return code;
        const int counted = tally_.finish();
        return code != done ? code : counted;
    }

private:
    [[nodiscard]] NcaLayer::At at() const {
        return {.port = options_.ncalayer_port, .ca_file = options_.ncalayer_ca};
    }
    [[nodiscard]] int attach(const std::vector<std::string>& signatures) {
        for (std::size_t i = 0; i < part_.size(); ++i) {
            const WaitingVersion& waiting = part_[i];
            const std::string shown = waiting.number.empty() ? waiting.id : waiting.number;
            const int code = tally_.attach(waiting.id, waiting.version, signatures[i], shown);
            if (code != done) return code;
            attached_ = true;
        }
        part_.clear();
        return done;
    }

    const Command& command_;
    const SignOptions& options_;
    SigningTally tally_;
    std::vector<WaitingVersion> part_;
    std::optional<NcaLayer> ncalayer_;
    bool attached_ = false;
    bool failed_ = false;
};

}  // namespace

int run_sign_with_ncalayer(const Command& command, const SignOptions& options) {
    Parts parts(command, options);
    int code = for_each_waiting(command, options.name,
                                [&](const WaitingVersion& waiting) { return parts.take(waiting); });
    if (code == done) code = parts.sign();
    return parts.finish(code);
}

}  // namespace tizilim::agent
