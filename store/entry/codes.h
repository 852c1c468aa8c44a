#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tizilim::store {

/// Column 3: the kind of document that is the basis (store/entry/README.md, "Codes"). Stored; never
/// renumber.
enum class BasisType : std::uint8_t {
    investigator_resolution = 1,
    inquirer_resolution = 2,
    investigating_judge_resolution = 3,
    court_resolution = 4,
    court_ruling_civil = 5,
    administrative_offence_resolution = 6,
    administrative_court_act = 7,
    application = 8,
    victim_representative_resolution = 9
};

/// Column 5: the form of assistance. Stored; never renumber.
enum class Form : std::uint8_t {
    court = 1,
    criminal_prosecution_bodies = 2,
    other_state_bodies = 3,
    non_state_organisations = 4,
    legal_information = 5,
    other_legal_acts = 6
};

/// How much of an entry may leave. Stored; never renumber.
enum class DisclosureClass : std::uint8_t {
    local = 1,     ///< nothing, not even that the entry exists
    partial = 2,   ///< the allow-listed fields
    full = 3,      ///< also the essence
    withdrawn = 4  ///< it had left: the peer is asked to forget it. For good
};

enum class Language : std::uint8_t { kk = 1, ru = 2 };  ///< Stored; never renumber.

/// What an entry is worth now. Stored; never renumber.
enum class EntryState : std::uint8_t { recorded = 1, voided = 2 };

/// Where an entry is on its way out (store/replication/README.md, "Delivery"). Stored; never
/// renumber.
enum class DeliveryState : std::uint8_t {
    local = 1,
    awaiting_signature = 2,  ///< "unsigned" wherever it is shown
    pending = 3,
    sent = 4,
    delivered = 5,
    quarantined = 6
};

/// The code as files, the wire and the local API have it; code_of(EntryState::voided) is "void".
[[nodiscard]] std::string_view code_of(BasisType type);
[[nodiscard]] std::string_view code_of(Form form);
[[nodiscard]] std::string_view code_of(DisclosureClass disclosure);
[[nodiscard]] std::string_view code_of(Language language);
[[nodiscard]] std::string_view code_of(EntryState state);
[[nodiscard]] std::string_view code_of(DeliveryState state);

[[nodiscard]] std::optional<BasisType> basis_type_of(std::string_view code);
[[nodiscard]] std::optional<Form> form_of(std::string_view code);
[[nodiscard]] std::optional<DisclosureClass> disclosure_class_of(std::string_view code);
[[nodiscard]] std::optional<DeliveryState> delivery_state_of(std::string_view code);
[[nodiscard]] std::optional<EntryState> entry_state_of(std::string_view code);
[[nodiscard]] std::optional<Language> language_of(std::string_view code);

/// Every code, in the order of the form, for messages and pages.
[[nodiscard]] std::span<const BasisType> all_basis_types();
[[nodiscard]] std::span<const Form> all_forms();

}  // namespace tizilim::store
