#include "store/entry/disclosure.h"

#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/entry.h"
#include "store/replication/disclosed_entry.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace tizilim {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): literals only

store::Entry entry_of(store::DisclosureClass disclosure) {
    store::Entry entry;
    entry.id = *store::EntryId::parse("0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001");
    entry.content.application_date = 2025y / 11 / 3;
    entry.content.basis_type = store::BasisType::investigator_resolution;
    entry.content.basis_date = 2025y / 11 / 3;
    entry.content.form = store::Form::criminal_prosecution_bodies;
    entry.content.minutes = 135;
    entry.content.essence = store::Confidential<std::string>("SECRET-ESSENCE");
    entry.disclosure = disclosure;
    entry.recorded_at = std::chrono::sys_days(2025y / 11 / 3) + 4h + 15min;
    entry.recorded_offset = 5h;
    entry.commitment = std::string(64, 'c');
    return entry;
}

TEST(Disclosure, IsTheWireDocumentOfTheDesign) {
    const auto disclosed = store::disclose(entry_of(store::DisclosureClass::partial), {});

    ASSERT_TRUE(disclosed.has_value());
    EXPECT_EQ(disclosed->document_id(), "entry:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001");
    EXPECT_EQ(disclosed->body(),
              R"({"applicationDate":"2025-11-03",)"
              R"("basis":{"date":"2025-11-03","type":"investigator_resolution"},)"
              R"("commitment":")" +
                  std::string(64, 'c') +
                  R"(","form":"criminal_prosecution_bodies","language":"ru","late":false,)"
                  R"("minutes":135,"recordedAt":"2025-11-03T09:15:00+05:00","schema":1,)"
                  R"("state":"recorded","type":"entry",)"
                  R"("withheld":["basis.number","basis.issuer","essence"]})");
}

TEST(Disclosure, LetsNothingOfALocalEntryPass) {
    EXPECT_FALSE(store::disclose(entry_of(store::DisclosureClass::local), {}).has_value());
}

TEST(Disclosure, LetsTheEssencePassOnlyWhenItIsReleasedAndTheClassIsFull) {
    store::Entry entry = entry_of(store::DisclosureClass::full);
    EXPECT_EQ(store::disclose(entry, {})->body().find("SECRET"), std::string::npos);
    entry.content.released_essence = "SECRET-ESSENCE";
    EXPECT_NE(store::disclose(entry, {})->body().find(R"("essence":"SECRET-ESSENCE")"),
              std::string::npos);
    entry.disclosure = store::DisclosureClass::partial;
    EXPECT_EQ(store::disclose(entry, {})->body().find("SECRET"), std::string::npos);
}

TEST(Disclosure, LetsNothingOfAMinorsEntryPassInAnyClassButItsWithdrawal) {
    for (const auto disclosure : {store::DisclosureClass::local, store::DisclosureClass::partial,
                                  store::DisclosureClass::full}) {
        store::Entry entry = entry_of(disclosure);
        entry.content.minor = true;
        entry.content.released_essence = "SECRET-ESSENCE";
        EXPECT_FALSE(store::disclose(entry, {}).has_value());
    }
    store::Entry entry = entry_of(store::DisclosureClass::withdrawn);
    entry.content.minor = true;
    EXPECT_EQ(store::disclose(entry, {})->body(),
              R"({"schema":1,"state":"withdrawn","type":"entry"})");
}

TEST(Disclosure, OfAWithdrawnEntryIsTheWithdrawalAlone) {
    store::Entry entry = entry_of(store::DisclosureClass::partial);
    entry.disclosure = store::DisclosureClass::withdrawn;
    EXPECT_EQ(store::disclose(entry, {})->body(),
              R"({"schema":1,"state":"withdrawn","type":"entry"})");
}

TEST(Disclosure, KnowsAnImportToTheDayOnly) {
    store::Entry entry = entry_of(store::DisclosureClass::partial);
    entry.imported = true;
    EXPECT_NE(store::disclose(entry, {})->body().find(R"("recordedAt":"2025-11-03",)"),
              std::string::npos);
}

TEST(DisclosurePolicy, TakesTheOfficesChoiceButKeepsMinorsHere) {
    store::DisclosurePolicy policy;
    policy.set(store::BasisType::application, store::DisclosureClass::partial);
    EXPECT_EQ(policy.default_for(store::BasisType::application, false),
              store::DisclosureClass::partial);
    EXPECT_EQ(policy.default_for(store::BasisType::application, true),
              store::DisclosureClass::local);
}

}  // namespace
}  // namespace tizilim
