#include "agent/network/replication_client.h"
#include "agent/register/replication_server.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_pair.h"
#include "platform/network/stop_event.h"
#include "store/entry/codes.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "tests/contract/replication_contract.h"
#include "tests/unit/store/register_contract.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tizilim {
namespace {

/// The register, its calls over a pair of sockets.
class RegisterOverAStream final : public ContractRegister {
public:
    RegisterOverAStream() {
        auto [ours, theirs] = platform::connected_pair();
        near_.emplace(platform::stream_over(std::move(ours), stop_), store::kFrameBytesMax);
        far_.emplace(platform::stream_over(std::move(theirs), stop_), store::kFrameBytesMax);
        server_.emplace(
            *near_, register_.replication(),
            agent::ReplicationServer::Heard{.report = [](const auto&) { return std::nullopt; },
                                            .ended = [](const auto&) {}});
        client_.emplace(*far_, agent::ReplicationClient::Heard{.notice = [](auto) {},
                                                               .ended = [](const auto&) {}});
    }
    ~RegisterOverAStream() override { stop_->set(); }
    RegisterOverAStream(const RegisterOverAStream&) = delete;
    RegisterOverAStream& operator=(const RegisterOverAStream&) = delete;

    store::Replication& replication() override { return client_->replication(); }
    std::string record() override { return register_.record(); }
    void amend(const std::string& document_id) override { register_.amend(document_id); }
    void withdraw(const std::string& document_id) override { register_.withdraw(document_id); }
    [[nodiscard]] store::DeliveryState state(const std::string& document_id) const override {
        return register_.state(document_id);
    }
    store::RemoteDocument made_elsewhere() override { return register_.made_elsewhere(); }

private:
    RealRegister register_;
    std::shared_ptr<platform::StopEvent> stop_ = std::make_shared<platform::StopEvent>();
    std::optional<platform::FrameStream> near_;
    std::optional<platform::FrameStream> far_;
    std::optional<agent::ReplicationServer> server_;
    std::optional<agent::ReplicationClient> client_;
};

}  // namespace

std::unique_ptr<ContractRegister> make_contract_register() {
    return std::make_unique<RegisterOverAStream>();
}

}  // namespace tizilim
