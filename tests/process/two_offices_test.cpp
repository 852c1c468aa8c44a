#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/process/office.h"
#include "tests/process/real_peer.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tizilim::process {
namespace {

using platform::JsonValue;

/// Two PCs of one lawyer and the register that both deliver to.
class TwoOffices : public testing::Test {
protected:
    void SetUp() override {
        first_.configure(peer_.url());
        ASSERT_EQ(first_.tizilim({"init", "--here"}).code, 0);
        ASSERT_TRUE(first_.start()) << first_.log();
        second_.configure(peer_.url());
        second_.join(first_);
        ASSERT_TRUE(second_.start()) << second_.log();
    }

    /// Recorded on the first PC, and known to both. Its id, which names it on both.
    [[nodiscard]] std::string shared_entry(int minutes) {
        const JsonValue added = first_.ask(without_json(first_.add_arguments(minutes)));
        const JsonValue* const id = added.find("id");
        if (id == nullptr || id->string() == nullptr) {
            ADD_FAILURE() << first_.log();
            return {};
        }
        EXPECT_TRUE(support::eventually(kDeliveryTime, [&] {
            return second_.ask({"show", *id->string()}).object() != nullptr;
        })) << second_.log();
        return *id->string();
    }

    /// Nobody reaches the other.
    void part() { peer_.stop(); }
    void meet() { peer_.start(); }

    static void amend(const Office& office, const std::string& id, const std::string& flag,
                      const std::string& value) {
        const auto amended = office.tizilim({"amend", id, flag, value, "--reason", "исправление"});
        EXPECT_EQ(amended.code, 0) << amended.err;
    }

    [[nodiscard]] static std::string text(const Office& office, const std::string& id,
                                          const std::string& field) {
        const JsonValue entry = office.ask({"show", id});
        const JsonValue* const value = entry.find(field);
        if (value == nullptr) return "nothing";
        return value->string() != nullptr ? *value->string() : platform::to_json(*value);
    }

    /// Ids of the entries in conflict.
    [[nodiscard]] static std::vector<std::string> conflicts(const Office& office) {
        std::vector<std::string> ids;
        const JsonValue answer = office.ask({"conflicts"});
        const JsonValue* const list = answer.find("conflicts");
        if (list == nullptr || list->array() == nullptr) return ids;
        for (const JsonValue& conflict : *list->array()) {
            ids.push_back(*conflict.find("id")->string());
        }
        return ids;
    }

    /// Both end in one state, and that is the server's: the same values, the same leaf, no other
    /// that lives.
    void expect_equal(const std::string& id) {
        std::vector<std::string> fields{"state", "revision"};
        // What loses to a withdrawal stays readable where it came before that, and there alone.
        if (text(first_, id, "disclosure") != "withdrawn")
            fields.insert(fields.end(), {"minutes", "form", "basis_date"});
        for (const std::string& field : fields) {
            EXPECT_EQ(text(first_, id, field), text(second_, id, field)) << field;
        }
        const auto held =
            peer_.server().ask(platform::Method::get, "/register/entry:" + id + "?conflicts=true");
        ASSERT_TRUE(held.has_value());
        EXPECT_EQ(held->find("_conflicts"), nullptr) << platform::to_json(*held);
        EXPECT_EQ(*held->find("_rev")->string(), text(first_, id, "revision"));
    }

    void expect_in_order(const Office& office) {
        EXPECT_TRUE(office.reaches("synced")) << office.tizilim({"status"}).out << office.log();
        EXPECT_EQ(conflicts(office), std::vector<std::string>{});
        EXPECT_EQ(office.tizilim({"verify"}).code, 0);
        const JsonValue status = office.status();
        EXPECT_EQ(*status.find("balanceError")->integer(), 0);
    }

    static std::vector<std::string> without_json(std::vector<std::string> arguments) {
        std::erase(arguments, "--json");
        return arguments;
    }

    RealPeer peer_;
    Office first_{std::vector<std::string>{}};
    Office second_{std::vector<std::string>{}};
};

TEST_F(TwoOffices, EditTheSameEntriesApartAndEndEqual) {
    const std::string fields = shared_entry(11);  // each changes another field
    const std::string clash = shared_entry(12);   // both change one field otherwise
    const std::string alike = shared_entry(13);   // both make the same change
    const std::string voided = shared_entry(14);  // one voids it, the other amends it
    ASSERT_TRUE(first_.reaches("synced")) << first_.log();
    ASSERT_TRUE(second_.reaches("synced")) << second_.log();
    part();
    amend(first_, fields, "--minutes", "50");
    amend(second_, fields, "--form", "criminal_prosecution_bodies");
    amend(first_, clash, "--minutes", "60");
    amend(second_, clash, "--minutes", "70");
    amend(first_, alike, "--minutes", "80");
    amend(second_, alike, "--minutes", "80");
    ASSERT_EQ(first_.tizilim({"void", voided, "--reason", "ошибка"}).code, 0);
    amend(second_, voided, "--minutes", "90");

    meet();
    const auto one_conflict = [&] {
        const std::vector<std::string> wanted{clash};
        return conflicts(first_) == wanted && conflicts(second_) == wanted;
    };
    EXPECT_TRUE(support::eventually(kDeliveryTime, one_conflict)) << first_.log() << second_.log();
    const auto resolved = second_.tizilim({"resolve", clash, "--field", "minutes=theirs"});
    EXPECT_EQ(resolved.code, 0) << resolved.err;
    EXPECT_TRUE(support::eventually(kDeliveryTime, [&] { return conflicts(first_).empty(); }))
        << first_.log();

    expect_in_order(first_);
    expect_in_order(second_);
    for (const std::string& id : {fields, clash, alike, voided}) expect_equal(id);
    EXPECT_EQ(text(first_, fields, "minutes"), "50");
    EXPECT_EQ(text(first_, fields, "form"), "criminal_prosecution_bodies");
    EXPECT_EQ(text(first_, clash, "minutes"), "60");
    EXPECT_EQ(text(first_, alike, "minutes"), "80");
    EXPECT_EQ(text(first_, voided, "state"), "void");
    EXPECT_EQ(peer_.entries().size(), 4U);
}

TEST_F(TwoOffices, KeepWhatTheOtherWithholds) {
    const std::string id = shared_entry(15);
    ASSERT_TRUE(first_.reaches("synced")) << first_.log();
    part();
    amend(first_, id, "--essence", "другое содержание");
    amend(second_, id, "--minutes", "55");

    meet();

    EXPECT_TRUE(support::eventually(kDeliveryTime, [&] {
        return text(first_, id, "minutes") == "55" &&
               text(first_, id, "revision") == text(second_, id, "revision");
    })) << first_.log();
    expect_in_order(first_);
    expect_in_order(second_);
    expect_equal(id);
    EXPECT_EQ(text(first_, id, "essence"), "другое содержание");
    EXPECT_EQ(text(second_, id, "essence"), "");
}

/// Three PCs act apart, each knowing nothing of the others' acts.
class ThreeOffices : public TwoOffices {
protected:
    void SetUp() override {
        TwoOffices::SetUp();
        third_.configure(peer_.url());
        third_.join(first_);
        ASSERT_TRUE(third_.start()) << third_.log();
    }

    void classify(const Office& office, const std::string& id, const std::string& disclosure) {
        std::vector<std::string> arguments{"classify", id, disclosure, "--reason", "по просьбе"};
        if (disclosure == "withdrawn") arguments.emplace_back("--yes");
        const auto classified = office.tizilim(arguments);
        EXPECT_EQ(classified.code, 0) << classified.err;
    }

    /// Asked for now and then: nobody waits for the next poll, and each has time for an exchange.
    template <class Condition>
    [[nodiscard]] bool comes_to(const Condition& condition) {
        constexpr unsigned kTriesOfAnExchange = 40;
        unsigned tries = 0;
        return support::eventually(3 * kDeliveryTime, [&] {
            if (tries++ % kTriesOfAnExchange == 0) {
                for (const Office* office : all_) (void)office->tizilim({"sync"});
            }
            return condition();
        });
    }
    [[nodiscard]] bool all_are_synced() {
        return comes_to([&] {
            return std::ranges::all_of(
                all_, [](const Office* office) { return office->state() == "synced"; });
        });
    }

    /// What one sends, another has to pull: each alone is synced before.
    [[nodiscard]] bool all_show_the_same(const std::vector<std::string>& ids) {
        return comes_to([&] {
            return std::ranges::all_of(ids, [&](const std::string& id) {
                const std::string revision = text(first_, id, "revision");
                return revision == text(second_, id, "revision") &&
                       revision == text(third_, id, "revision");
            });
        });
    }

    /// Known to all three.
    [[nodiscard]] std::string entry_of_all(int minutes) {
        const std::string id = shared_entry(minutes);
        EXPECT_TRUE(comes_to([&] { return third_.ask({"show", id}).object() != nullptr; }))
            << third_.log();
        return id;
    }

    [[nodiscard]] bool all_see_a_conflict_of(const std::string& id) {
        return comes_to([&] {
            return std::ranges::all_of(all_, [&](const Office* office) {
                return conflicts(*office) == std::vector<std::string>{id};
            });
        });
    }
    /// Two decisions that differ: neither drops the other without a word.
    void decide_differently(const std::string& id) {
        ASSERT_TRUE(all_see_a_conflict_of(id)) << first_.log() << third_.log();
        part();
        ASSERT_EQ(first_.tizilim({"resolve", id, "--keep", "mine"}).code, 0);
        ASSERT_EQ(second_.tizilim({"resolve", id, "--keep", "mine"}).code, 0);
        meet();
        ASSERT_TRUE(all_see_a_conflict_of(id)) << first_.log() << second_.log();
        const auto decided = first_.tizilim(
            {"resolve", id, "--field", "minutes=62", "--reason", "по материалам дела"});
        EXPECT_EQ(decided.code, 0) << decided.err;
        EXPECT_TRUE(comes_to([&] {
            return std::ranges::all_of(
                all_, [](const Office* office) { return conflicts(*office).empty(); });
        })) << first_.log();
    }

    Office third_{std::vector<std::string>{}};
    const std::vector<const Office*> all_{&first_, &second_, &third_};
};

TEST_F(ThreeOffices, DecideClassifyAndWithdrawApartAndEndEqual) {
    const std::string clash = entry_of_all(21);
    const std::string raised = entry_of_all(22);
    const std::string lowered = entry_of_all(23);
    const std::string withdrawn = entry_of_all(24);
    ASSERT_TRUE(all_are_synced()) << first_.log() << second_.log() << third_.log();
    classify(first_, lowered, "full");
    EXPECT_TRUE(comes_to([&] {
        return text(second_, lowered, "disclosure") == "full" &&
               text(third_, lowered, "disclosure") == "full";
    })) << first_.log();
    amend(first_, clash, "--minutes", "60");
    ASSERT_TRUE(all_are_synced());
    part();
    amend(first_, clash, "--minutes", "61");
    amend(second_, clash, "--minutes", "62");
    classify(first_, raised, "full");
    amend(third_, raised, "--minutes", "63");
    classify(third_, lowered, "partial");
    amend(first_, lowered, "--minutes", "64");
    classify(second_, withdrawn, "withdrawn");
    amend(third_, withdrawn, "--minutes", "65");

    meet();
    decide_differently(clash);

    const std::vector<std::string> ids{clash, raised, lowered, withdrawn};
    ASSERT_TRUE(all_show_the_same(ids)) << first_.log() << second_.log() << third_.log();
    for (const Office* office : all_) expect_in_order(*office);
    for (const std::string& id : ids) {
        expect_equal(id);
        EXPECT_EQ(text(third_, id, "disclosure"), text(first_, id, "disclosure"));
    }
    EXPECT_EQ(text(first_, clash, "minutes"), "62");
    EXPECT_EQ(text(first_, raised, "disclosure"), "full");
    EXPECT_EQ(text(first_, raised, "minutes"), "63");
    EXPECT_EQ(text(first_, lowered, "disclosure"), "partial");
    EXPECT_EQ(text(first_, lowered, "minutes"), "64");
    EXPECT_EQ(text(first_, withdrawn, "disclosure"), "withdrawn");
    // Whether or not the amendment had left: who made it reads it.
    EXPECT_EQ(text(third_, withdrawn, "minutes"), "65");
}

}  // namespace
}  // namespace tizilim::process
