#include "store/entry/codes.h"

#include "platform/check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

template <class E, std::size_t N>
using Codes = std::array<std::pair<E, std::string_view>, N>;

constexpr Codes<BasisType, 9> kBasisTypes{{
    {BasisType::investigator_resolution, "investigator_resolution"},
    {BasisType::inquirer_resolution, "inquirer_resolution"},
    {BasisType::investigating_judge_resolution, "investigating_judge_resolution"},
    {BasisType::court_resolution, "court_resolution"},
    {BasisType::court_ruling_civil, "court_ruling_civil"},
    {BasisType::administrative_offence_resolution, "administrative_offence_resolution"},
    {BasisType::administrative_court_act, "administrative_court_act"},
    {BasisType::application, "application"},
    {BasisType::victim_representative_resolution, "victim_representative_resolution"},
}};

constexpr Codes<Form, 6> kForms{{
    {Form::court, "court"},
    {Form::criminal_prosecution_bodies, "criminal_prosecution_bodies"},
    {Form::other_state_bodies, "other_state_bodies"},
    {Form::non_state_organisations, "non_state_organisations"},
    {Form::legal_information, "legal_information"},
    {Form::other_legal_acts, "other_legal_acts"},
}};

constexpr Codes<DisclosureClass, 4> kClasses{{
    {DisclosureClass::local, "local"},
    {DisclosureClass::partial, "partial"},
    {DisclosureClass::full, "full"},
    {DisclosureClass::withdrawn, "withdrawn"},
}};

constexpr Codes<Language, 2> kLanguages{{{Language::kk, "kk"}, {Language::ru, "ru"}}};

constexpr Codes<EntryState, 2> kEntryStates{{
    {EntryState::recorded, "recorded"},
    {EntryState::voided, "void"},
}};

constexpr Codes<DeliveryState, 6> kDeliveryStates{{
    {DeliveryState::local, "local"},
    {DeliveryState::awaiting_signature, "unsigned"},
    {DeliveryState::pending, "pending"},
    {DeliveryState::sent, "sent"},
    {DeliveryState::delivered, "delivered"},
    {DeliveryState::quarantined, "quarantined"},
}};

template <class E, std::size_t N>
std::string_view text_of(const Codes<E, N>& codes, E value) {
    const auto found =
        std::find_if(codes.begin(), codes.end(), [&](const auto& c) { return c.first == value; });
    CHECK(found != codes.end());
    return found->second;
}

template <class E, std::size_t N>
std::optional<E> value_of(const Codes<E, N>& codes, std::string_view text) {
    const auto found =
        std::find_if(codes.begin(), codes.end(), [&](const auto& c) { return c.second == text; });
    if (found == codes.end()) return {};
    return found->first;
}

template <class E, std::size_t N>
constexpr std::array<E, N> values_of(const Codes<E, N>& codes) {
    std::array<E, N> values{};
    for (std::size_t i = 0; i < N; ++i) values[i] = codes[i].first;
    return values;
}

constexpr auto kAllBasisTypes = values_of(kBasisTypes);
constexpr auto kAllForms = values_of(kForms);

}  // namespace

std::string_view code_of(BasisType type) {
    return text_of(kBasisTypes, type);
}
std::string_view code_of(Form form) {
    return text_of(kForms, form);
}
std::string_view code_of(DisclosureClass disclosure) {
    return text_of(kClasses, disclosure);
}
std::string_view code_of(Language language) {
    return text_of(kLanguages, language);
}
std::string_view code_of(EntryState state) {
    return text_of(kEntryStates, state);
}
std::string_view code_of(DeliveryState state) {
    return text_of(kDeliveryStates, state);
}

std::optional<BasisType> basis_type_of(std::string_view code) {
    return value_of(kBasisTypes, code);
}
std::optional<Form> form_of(std::string_view code) {
    return value_of(kForms, code);
}
std::optional<DisclosureClass> disclosure_class_of(std::string_view code) {
    return value_of(kClasses, code);
}
std::optional<DeliveryState> delivery_state_of(std::string_view code) {
    return value_of(kDeliveryStates, code);
}
std::optional<EntryState> entry_state_of(std::string_view code) {
    return value_of(kEntryStates, code);
}
std::optional<Language> language_of(std::string_view code) {
    return value_of(kLanguages, code);
}

std::span<const BasisType> all_basis_types() {
    return kAllBasisTypes;
}
std::span<const Form> all_forms() {
    return kAllForms;
}

}  // namespace tizilim::store
