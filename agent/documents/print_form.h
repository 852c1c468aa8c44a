#pragma once

#include "agent/documents/entry_source.h"
#include "agent/documents/sink.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/register/register.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {

/// The printed form's header, and its default language.
struct FormHeader {
    store::Language language = store::Language::ru;
    std::string bar_association;
    std::string lawyer;
    std::string bar_association_kk{};  ///< of the form in Kazakh; empty: the same
};

/// What to print, and the form's header and footer.
struct PrintJob {
    store::Language language = store::Language::ru;
    std::string bar_association;
    std::string lawyer;
    std::string book;  ///< its label
    /// Days of application, both included.
    std::optional<platform::CivilDate> from;
    std::optional<platform::CivilDate> to;
    bool blank_signature = false;                ///< leave column 7 of unsigned entries to ink
    std::string printed_at;                      ///< RFC 3339
    std::function<std::string()> chain_head;     ///< asked before and after
    std::vector<platform::Message> timestamp{};  ///< timestamp_sentences() of the last one
};

/// The book as the form of the annex: one HTML file that needs nothing else and runs nothing, for
/// A4 in landscape. As in a paper book nothing is left out: what was amended or voided is struck
/// through and stays readable, with when, by whom and why. Given to `sink` in parts.
/// How many entries they were.
std::uint64_t print_form(const PrintJob& job, const EntrySource& source, const Sink& sink);

/// What a time-stamp covers, for the form's end.
[[nodiscard]] std::vector<platform::Message> timestamp_sentences(const store::HeadTimestamp& stamp,
                                                                 platform::UtcOffset offset);

/// HTML to end a document that can't be finished, in the language of the form.
[[nodiscard]] std::string print_failure(store::Language language, platform::UtcOffset offset,
                                        const platform::Message& why);

}  // namespace tizilim::agent
