#pragma once

#include "agent/texts/form_texts.h"
#include "store/entry/codes.h"
#include "store/entry/fields.h"
#include "store/owner/entry_view.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// Escaped for HTML and attributes.
[[nodiscard]] std::string html_text(std::string_view text);

/// "2026-11-02" as 02.11.2026; a time of RFC 3339 as 02.11.2026 09:15, with its offset from UTC
/// unless that is `usual_offset` ("+05:00"). What is neither stays as it is.
[[nodiscard]] std::string shown_time(std::string_view time, std::string_view usual_offset);

/// One entry as rows of the form's table; `history` is empty for one that never changed.
class PrintRow {
public:
    /// How a field's text is worded in its column.
    using Wording = std::function<std::string(std::string_view)>;

    /// `blank_signature`: column 7 of unsigned ones is left to ink.
    PrintRow(store::Language language, std::string_view usual_offset, bool blank_signature)
        : language_(language),
          texts_(form_texts(language)),
          usual_offset_(usual_offset),
          blank_signature_(blank_signature) {}

    [[nodiscard]] std::string html(const store::EntryView& entry,
                                   const std::vector<store::VersionView>& history) const;

private:
    [[nodiscard]] std::string time(std::string_view text) const;
    [[nodiscard]] std::string recording(const store::EntryView& entry,
                                        const std::vector<store::VersionView>& history) const;
    [[nodiscard]] std::string cell(int column, const store::EntryView& entry,
                                   const std::vector<store::VersionView>& history) const;
    [[nodiscard]] Wording wording_of(const store::EntryField& field) const;
    [[nodiscard]] std::string duration(std::string_view minutes) const;
    [[nodiscard]] std::string signature(const store::SignatureView& signature) const;
    [[nodiscard]] std::string signature_status(const store::SignatureView& signature) const;
    [[nodiscard]] std::string notes(const store::EntryView& entry,
                                    const std::vector<store::VersionView>& history) const;
    [[nodiscard]] std::string note(const store::VersionView& version) const;
    [[nodiscard]] std::string why(const store::VersionView& version, bool made_here) const;

    store::Language language_;
    const FormTexts& texts_;
    std::string_view usual_offset_;
    bool blank_signature_;
};

}  // namespace tizilim::agent
