#include "packaging/manual/man_page.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace tizilim::manual {
namespace {

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char letter) {
        return static_cast<char>(std::toupper(letter));
    });
    return out;
}

}  // namespace

ManPage::ManPage(std::string_view name, int section, std::string_view day) {
    out_ << ".TH " << escaped(upper(name)) << ' ' << section << " \"" << day << "\" \"Tizilim "
         << TIZILIM_VERSION << "\"\n";
}

void ManPage::heading(std::string_view title) {
    out_ << ".SH " << escaped(title) << '\n';
}

void ManPage::paragraph(std::string_view text) {
    out_ << ".PP\n" << escaped(text) << '\n';
}

void ManPage::example(std::string_view line) {
    out_ << ".PP\n.nf\n.RS\n" << escaped(line) << "\n.RE\n.fi\n";
}

void ManPage::term(std::string_view name, std::string_view text) {
    out_ << ".TP\n.B " << escaped(name) << '\n' << (text.empty() ? "\\&" : escaped(text)) << '\n';
}

void ManPage::name_and_purpose(std::string_view name, std::string_view purpose) {
    heading("NAME");
    out_ << escaped(name) << " \\- " << escaped(purpose) << '\n';
}

std::string escaped(std::string_view text) {
    std::string out;
    bool begins = true;
    for (const char letter : text) {
        // A dot or an apostrophe that begins a line is a request.
        if (begins && (letter == '.' || letter == '\'')) out += "\\&";
        begins = letter == '\n';
        switch (letter) {
            case '\\':
                out += "\\e";
                break;
            case '-':
                out += "\\-";
                break;
            case '`':
                out += "\\(ga";
                break;
            case '\'':
                out += "\\(aq";
                break;
            case '^':
                out += "\\(ha";
                break;
            case '~':
                out += "\\(ti";
                break;
            default:
                out += letter;
        }
    }
    return out;
}

}  // namespace tizilim::manual
