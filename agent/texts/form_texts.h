#pragma once

#include "store/entry/codes.h"

#include <array>
#include <string_view>

namespace tizilim::agent {

/// What is said of an entry under its row.
struct NoteTexts {
    std::string_view late;  ///< followed by the day of recording
    std::string_view reason;
    std::string_view clock_in_doubt;
    std::string_view amended;
    std::string_view amended_columns;  ///< followed by their numbers
    std::string_view voided;
    std::string_view resolved;
    std::string_view changed_differently;  ///< why there was something to resolve
    std::string_view merged;
    std::string_view pulled;
    std::string_view received;          ///< followed by when
    std::string_view reason_elsewhere;  ///< is with who changed it
    std::string_view in_conflict;       ///< no decision yet
    std::string_view earlier_signature;
};

/// The register's form in one language. Title, captions and columns are the official wording of the
/// annex to the Order of the Minister of Justice No. 1465 of 28 September 2018; the rest, which the
/// form leaves to who fills it in, is ours.
struct FormTexts {
    std::string_view code;  ///< of the language, as HTML has it
    std::string_view title;
    std::string_view association_caption;
    std::string_view lawyer_caption;
    std::array<std::string_view, 7> columns;

    std::string_view period;
    std::string_view hours;
    std::string_view minutes;
    std::string_view dated;  ///< between a document's number and its date

    NoteTexts notes;

    std::string_view not_signed;
    std::string_view eds;
    std::string_view iin;
    std::string_view issuer;
    std::string_view issuer_not_checked;
    std::string_view serial;
    std::string_view valid;
    std::string_view algorithm;
    std::string_view signed_at;
    std::string_view verified;
    std::string_view parsed_not_verified;
    std::string_view not_valid;

    std::string_view no_entries;
    std::string_view entries;
    std::string_view of_them_void;      ///< followed by how many
    std::string_view of_them_unsigned;  ///< followed by how many
    std::string_view book;
    std::string_view chain_head;
    std::string_view chain_head_after;
    std::string_view printed;
    std::string_view page;           ///< before the page's number; may be empty
    std::string_view page_of_total;  ///< between it and the number of pages
    std::string_view failed;
};

[[nodiscard]] const FormTexts& form_texts(store::Language language);

/// The document that is the basis, as column 3 names it.
[[nodiscard]] std::string_view basis_text(store::BasisType basis, store::Language language);
/// The form of assistance, as column 5 names it.
[[nodiscard]] std::string_view assistance_text(store::Form form, store::Language language);

}  // namespace tizilim::agent
