#include "agent/documents/print_form.h"

#include "agent/documents/entry_source.h"
#include "agent/documents/field_json.h"
#include "agent/documents/print_row.h"
#include "agent/documents/sink.h"
#include "agent/texts/form_texts.h"
#include "agent/texts/words.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"
#include "store/register/register.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::CivilDate;
using store::EntryView;

/// In per cent. Of A4 in landscape, 297 mm, 277 are left between the margins. A head higher than a
/// quarter of the page is not repeated by Chromium, so no column may be too narrow for its own. So
/// wide that a document, a form of assistance and a signature take few lines: a page holds 12 rows.
constexpr std::array<int, 7> kColumnPercents{3, 8, 18, 17, 17, 8, 29};

/// The margin boxes hold the footer of each page: Chromium and PDF tools fill them in; other
/// programs show the line at the end of the table, which says the same.
constexpr std::string_view kStyle = R"(
body{font:8pt/1.15 "Times New Roman","Liberation Serif",Tinos,serif;
 color:#000;background:#fff;margin:0}
h1{font-size:11pt;text-align:center;margin:0 auto 2mm}
.heads{display:flex;gap:10mm;margin:0 0 2mm}
.head{flex:1;text-align:center;margin:0;min-width:0}
.head .line{display:block;border-bottom:.4pt solid #000;
 font-size:10pt;min-height:1.2em;overflow-wrap:anywhere}
.head .caption{font-size:7pt}
.period{text-align:center;margin:0 0 2mm}
table{border-collapse:collapse;table-layout:fixed;width:calc(100% - .4mm);margin:0 .2mm}
thead{display:table-header-group}
thead,tr{break-inside:avoid}
tr.long{break-inside:auto}
th,td{border:.4pt solid #000;padding:.5mm 1mm;vertical-align:top;text-align:left;
 font-weight:normal;overflow-wrap:anywhere;hyphens:manual}
thead th{text-align:center;vertical-align:middle;font-size:6.3pt;line-height:1.05;
 overflow-wrap:break-word}
tbody th{text-align:center;font-weight:bold}
span,del{white-space:pre-line;unicode-bidi:isolate}
del{color:#444}
tbody.void tr:first-child td:not(:last-child){text-decoration:line-through}
.eds{font-size:6pt;line-height:1}
.unsigned{font-size:6.5pt;color:#444}
td.ink{height:9mm}
td:nth-child(6)>span,td:nth-child(6)>del{white-space:nowrap}
tr.notes{break-before:avoid}
tr.notes td{font-size:7.5pt;border-top-style:dotted}
tr.notes td:first-child{border-top:none}
.end{font-size:7.5pt;margin:2mm 0 0;overflow-wrap:anywhere;break-inside:avoid}
.failed{font-size:14pt;font-weight:bold}
@media screen{body{margin:10mm}}
)";

/// A string of CSS that can end neither itself nor the style sheet.
std::string css_string(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string css = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool safe = byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') ||
                          std::string_view(" .,:-+").find(c) != std::string_view::npos;
        if (safe) {
            css += c;
        } else {
            css += '\\';
            css += kDigits[byte >> 4U];
            css += kDigits[byte & 0xFU];
            css += ' ';
        }
    }
    return css += '"';
}

UserLanguage language_of(store::Language language) {
    return language == store::Language::kk ? UserLanguage::kk : UserLanguage::ru;
}

class Printer {
public:
    Printer(const PrintJob& job, const EntrySource& source, const Sink& sink)
        : job_(job),
          source_(source),
          sink_(sink),
          texts_(form_texts(job.language)),
          row_(job.language, usual_offset(job.printed_at), job.blank_signature),
          head_before_(job.chain_head()) {}

    std::uint64_t run() {
        sink_(beginning());
        for_each_page(source_, query(), [this](const std::vector<EntryView>& entries) {
            std::string html;
            for (const EntryView& entry : entries) {
                if (in_period(entry)) html += rows_of(entry);
                if (html.size() < kPartBytes) continue;
                sink_(html);
                html.clear();
            }
            if (!html.empty()) sink_(html);
        });
        sink_(ending());
        return printed_;
    }

private:
    /// "+05:00" of the time of printing.
    static std::string_view usual_offset(std::string_view time) {
        constexpr std::size_t kSecond = 19;
        return time.size() > kSecond ? time.substr(kSecond) : std::string_view();
    }

    /// A period within one month asks for that month alone.
    [[nodiscard]] store::ListQuery query() const {
        store::ListQuery asked;
        asked.book = job_.book;
        if (job_.from && job_.to && job_.from->year() == job_.to->year() &&
            job_.from->month() == job_.to->month())
            asked.month = job_.from;
        return asked;
    }

    [[nodiscard]] bool in_period(const EntryView& entry) const {
        if (!job_.from && !job_.to) return true;
        const std::optional<CivilDate> applied = platform::parse_date(entry.application_date);
        if (!applied) return true;
        return (!job_.from || *applied >= *job_.from) && (!job_.to || *applied <= *job_.to);
    }

    std::string rows_of(const EntryView& entry) {
        if (printed_++ == 0) first_ = entry.number;
        last_ = entry.number;
        if (entry.state == "void") ++void_;
        if (entry.signature.status.empty()) ++unsigned_;
        return row_.html(entry, entry.versions > 1 ? source_.history(entry.id)
                                                   : std::vector<store::VersionView>{});
    }

    [[nodiscard]] std::string book_line() const {
        return std::string(texts_.book) + ' ' + job_.book + ", " + std::string(texts_.chain_head) +
               ' ' + head_before_ + ", " + std::string(texts_.printed) + ' ' +
               shown_time(job_.printed_at, {});
    }

    [[nodiscard]] std::string page_style() const {
        return "@page{size:A4 landscape;margin:8mm 10mm 12mm;"
               "@bottom-left{font:7pt \"Liberation Serif\",\"Times New Roman\",serif;"
               "vertical-align:top;padding-top:2mm;white-space:nowrap;content:" +
               css_string(book_line()) +
               "}@bottom-right{font:8pt \"Liberation Serif\",\"Times New Roman\",serif;"
               "vertical-align:top;padding-top:2mm;white-space:nowrap;content:" +
               css_string(texts_.page) + " counter(page) " + css_string(texts_.page_of_total) +
               " counter(pages)}}";
    }

    [[nodiscard]] std::string period() const {
        if (!job_.from && !job_.to) return {};
        const auto day = [](const std::optional<CivilDate>& date) {
            return date ? shown_time(platform::format_date(*date), {}) : "…";
        };
        return "<p class=\"period\">" + std::string(texts_.period) + ": " + day(job_.from) + " – " +
               day(job_.to) + "</p>\n";
    }

    [[nodiscard]] std::string timestamp_line() const {
        const Words words(language_of(job_.language), {});
        std::string line;
        for (const platform::Message& sentence : job_.timestamp)
            line += ' ' + html_text(words(sentence));
        return line;
    }

    static std::string counted(std::string_view what, std::uint64_t count) {
        return ", " + html_text(what) + ": " + std::to_string(count);
    }

    static std::string header_line(std::string_view text, std::string_view caption) {
        return "<p class=\"head\"><span class=\"line\">" + html_text(text) +
               "</span><span class=\"caption\">" + html_text(caption) + "</span></p>\n";
    }

    [[nodiscard]] std::string beginning() const {
        std::string html = "<!DOCTYPE html>\n<html lang=\"" + std::string(texts_.code) +
                           "\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta http-equiv=\"Content-Security-Policy\" "
                           "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>";
        html += html_text(texts_.title);
        html += "</title>\n<style>" + page_style() + std::string(kStyle) + "</style>\n</head>\n";
        html += "<body>\n<h1>" + html_text(texts_.title) + "</h1>\n";
        html += "<div class=\"heads\">\n";
        html += header_line(job_.bar_association, texts_.association_caption);
        html += header_line(job_.lawyer, texts_.lawyer_caption) + "</div>\n";
        html += period() + "<table>\n<colgroup>";
        for (const int width : kColumnPercents)
            html += "<col style=\"width:" + std::to_string(width) + "%\">";
        html += "</colgroup>\n<thead>\n<tr>";
        for (const std::string_view column : texts_.columns)
            html += "<th scope=\"col\">" + html_text(column) + "</th>";
        html += "</tr>\n<tr>";
        for (std::size_t i = 1; i <= texts_.columns.size(); ++i)
            html += "<th>" + std::to_string(i) + "</th>";
        return html += "</tr>\n</thead>\n";
    }

    [[nodiscard]] std::string ending() const {
        std::string html;
        if (printed_ == 0)
            html += "<tbody><tr><td colspan=\"7\">" + html_text(texts_.no_entries) +
                    "</td></tr></tbody>\n";
        html += "</table>\n<p class=\"end\">" + html_text(texts_.entries) + ": " +
                std::to_string(printed_);
        if (printed_ != 0)
            html += " (№ " + std::to_string(static_cast<std::uint64_t>(first_)) + " – " +
                    std::to_string(static_cast<std::uint64_t>(last_)) + ')';
        if (void_ != 0) html += counted(texts_.of_them_void, void_);
        if (unsigned_ != 0) html += counted(texts_.of_them_unsigned, unsigned_);
        html += ". " + html_text(book_line()) + '.';
        if (const std::string head_after = job_.chain_head(); head_after != head_before_)
            html += ' ' + html_text(texts_.chain_head_after) + ' ' + html_text(head_after) + '.';
        return html += timestamp_line() + "</p>\n</body>\n</html>\n";
    }

    const PrintJob& job_;
    const EntrySource& source_;
    const Sink& sink_;
    const FormTexts& texts_;
    const PrintRow row_;
    const std::string head_before_;
    std::uint64_t printed_ = 0;
    std::uint64_t void_ = 0;
    std::uint64_t unsigned_ = 0;
    store::EntryNumber first_{};
    store::EntryNumber last_{};
};

}  // namespace

std::uint64_t print_form(const PrintJob& job, const EntrySource& source, const Sink& sink) {
    return Printer(job, source, sink).run();
}

std::vector<platform::Message> timestamp_sentences(const store::HeadTimestamp& stamp,
                                                   platform::UtcOffset offset) {
    const platform::JsonObject values = json_of(stamp, offset);
    std::vector<platform::Message> sentences;
    if (stamp.last_entry == 0) {
        sentences.push_back({"print.journal_stamped", values});
    } else {
        sentences.push_back({"print.entries_stamped", values});
    }
    if (!stamp.issuer_checked) sentences.push_back({"print.authority_unchecked"});
    return sentences;
}

std::string print_failure(store::Language language, platform::UtcOffset offset,
                          const platform::Message& why) {
    const Words words(language_of(language), offset);
    return "</table>\n<p class=\"failed\">" + html_text(form_texts(language).failed) + "</p>\n<p>" +
           html_text(words(why)) + "</p>\n</body>\n</html>\n";
}

}  // namespace tizilim::agent
