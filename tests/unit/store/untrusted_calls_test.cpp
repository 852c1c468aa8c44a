#include "platform/text/json.h"
#include "store/replication/messages.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;

/// A register whose calls come from a program that somebody else has taken over.
class UntrustedCalls : public RegisterTest {
protected:
    /// What it answers; nothing: it is no call.
    [[nodiscard]] bool is_answered(const std::string& name, JsonArray with) {
        const auto asked =
            store::read_frame_of_sync(store::frame_of(store::Call{name, std::move(with)}));
        if (!asked) return false;
        return store::reply_to(std::get<store::Call>(*asked), register_->replication()).has_value();
    }
    void expect_whole() {
        EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
        add(good_input());
    }
};

JsonValue leaf(const std::string& id, const std::string& revision) {
    return JsonObject{{"id", id}, {"rev", revision}};
}

const std::string kDigest(32, 'a');

TEST_F(UntrustedCalls, MayAskForNoneOrForAll) {
    add(good_input());
    const std::string id = all_changes().entries.front().document_id();
    for (const std::string number : {"0", "1", "18446744073709551615"}) {
        for (const char* const name : {"awaiting_receipt", "cut_histories", "unified_to_ask"})
            EXPECT_TRUE(is_answered(name, {number})) << name << number;
        EXPECT_TRUE(is_answered("delivered_after", {number, number}));
        EXPECT_TRUE(is_answered("still_readable", {id, number}));
        EXPECT_TRUE(is_answered("still_readable", {"", number}));
        EXPECT_TRUE(is_answered("changes_after",
                                {number, JsonObject{{"entries", number}, {"bytes", number}}}));
    }
    expect_whole();
}

TEST_F(UntrustedCalls, MayNameWhatIsNotThere) {
    add(good_input());
    for (const std::string id :
         {"", "entry:", "entry:00000000-0000-7000-8000-000000000000", "unified:x", "other"}) {
        const JsonArray leaves{leaf(id, "1-" + kDigest), leaf(id, "")};
        EXPECT_TRUE(is_answered("missing", {JsonValue(leaves)}));
        EXPECT_TRUE(is_answered("unified_asked", {JsonValue(leaves)}));
        EXPECT_TRUE(is_answered("record_astray", {"peer", leaves}));
        for (const char* const verdict :
             {"sent", "delivered", "missing", "quarantined", "deferred", "forgotten"})
            EXPECT_TRUE(is_answered(
                "mark",
                {"peer", JsonArray{JsonObject{
                             {"leaf", leaves.front()},
                             {"verdict", verdict},
                             {"reason", JsonObject{{"code", "text"}, {"values", JsonObject{}}}}}}}))
                << id << verdict;
    }
    for (const char* const name : {"feed_ended", "record_own_rollback", "checkpoint"})
        EXPECT_TRUE(is_answered(name, {""})) << name;
    expect_whole();
}

TEST_F(UntrustedCalls, BringNoMoreThanOneCallMay) {
    const std::string long_name(2'000, 'p');
    JsonArray many;
    for (int i = 0; i < 1'001; ++i)
        many.push_back(leaf("entry:00000000-0000-7000-8000-000000000000", "1-" + kDigest));

    for (const char* const name : {"feed_ended", "record_own_rollback", "checkpoint"})
        EXPECT_FALSE(is_answered(name, {long_name})) << name;
    EXPECT_FALSE(is_answered("missing", {JsonValue(many)}));
    EXPECT_FALSE(is_answered("unified_asked", {JsonValue(many)}));
    EXPECT_FALSE(is_answered("record_astray", {"peer", many}));
    EXPECT_FALSE(is_answered("record_astray", {long_name, JsonArray{}}));
    expect_whole();
}

}  // namespace
}  // namespace tizilim
