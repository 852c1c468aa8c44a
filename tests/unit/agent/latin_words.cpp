#include "tests/unit/agent/latin_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {
namespace {

/// What a sentence in Kazakh or Russian may have in Latin letters: names of programs and formats,
constexpr auto kLatinNames = std::to_array<std::string_view>(
    {"AUTH",         "CMS",      "CSV",   "Caps", "CouchDB",  "DER",        "Debian",
     "ECDSA",        "Enter",    "Excel", "HOME", "HTML",     "HTTP",       "Host",
     "JSON",         "Landlock", "Lines", "Lock", "NCALayer", "NUL",        "Numbers",
     "OpenDocument", "OpenSSL",  "PDF",   "PEM",  "PKCS",     "Prometheus", "RSA",
     "TLS",          "Tizilim",  "U",     "UTC",  "XML",      "ZIP",        "seccomp"});
/// and what is typed as it stands: commands, keys of the configuration, codes, suffixes of files.
constexpr auto kTyped = std::to_array<std::string_view>(
    {"FILE",     "lawyer",    "database",   "register", "again",     "attach",    "certificate",
     "chmod",    "chown",     "classify",   "cms",      "conflicts", "csv",       "default",
     "detached", "directory", "disclosure", "drop",     "export",    "false",     "field",
     "fields",   "first",     "fods",       "format",   "init",      "d",         "from",
     "full",     "help",      "https",      "id",       "iin",       "json",      "jsonl",
     "keep",     "kk",        "language",   "limit",    "local",     "localhost", "log",
     "mine",     "minutes",   "month",      "no",       "ods",       "openssl",   "output",
     "partial",  "port",      "provider",   "proxy",    "recorded",  "resolve",   "retry",
     "ru",       "sig",       "sign",       "signing",  "state",     "text",      "theirs",
     "tizilim",  "tizilimd",  "to",         "true",     "ulimit",    "url",       "user",
     "void",     "withdrawn", "xls",        "xlsx",     "yes"});

/// Commands, states, codes, columns and keys, and what leaves of an entry.
constexpr auto kPrinted =
    std::to_array<std::string_view>({"add",         "amend",      "application", "applicationDate",
                                     "backup",      "backups",    "basis",       "books",
                                     "codes",       "comma",      "commitment",  "court",
                                     "doctor",      "delivered",  "en",          "entry",
                                     "essence",     "form",       "import",      "late",
                                     "list",        "minor",      "newest",      "oldest",
                                     "open",        "outages",    "pair",        "pause",
                                     "pending",     "policy",     "print",       "quarantine",
                                     "quarantined", "recordedAt", "report",      "restore",
                                     "resume",      "schema",     "semicolon",   "sent",
                                     "show",        "status",     "sync",        "type",
                                     "unsigned",    "verify",     "version",     "watch",
                                     "withheld"});

bool is_of_a_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_./:=[]*#-").find(c) != std::string_view::npos;
}

/// Nothing but letters, with a full stop, a colon or a dash after it at most.
bool is_word(std::string_view name) {
    const std::size_t end = name.find_last_not_of(".:-");
    return end != std::string_view::npos &&
           std::ranges::all_of(name.substr(0, end + 1), [](char c) {
               return std::isalpha(static_cast<unsigned char>(c)) != 0;
           });
}

bool is_no_foreign_word(const std::string& word) {
    return std::ranges::find(kLatinNames, word) != kLatinNames.end() ||
           std::ranges::find(kTyped, word) != kTyped.end();
}

}  // namespace

std::vector<std::string> latin_words(std::string_view sentence) {
    std::vector<std::string> words;
    while (!sentence.empty()) {
        const char quote = sentence.front() == '{' ? '}' : '`';
        if (sentence.front() == '{' || sentence.front() == '`') {
            sentence.remove_prefix(std::min(sentence.find(quote, 1), sentence.size() - 1) + 1);
            continue;
        }
        std::size_t end = 0;
        while (end < sentence.size() && is_of_a_name(sentence[end])) ++end;
        const std::string_view name = sentence.substr(0, end);
        if (is_word(name)) words.emplace_back(name.substr(0, name.find_last_not_of(".:-") + 1));
        sentence.remove_prefix(std::max<std::size_t>(end, 1));
    }
    return words;
}

std::vector<std::string> foreign_words(std::string_view sentence) {
    std::vector<std::string> words = latin_words(sentence);
    std::erase_if(words, is_no_foreign_word);
    return words;
}

std::vector<std::string> foreign_words_printed(std::string_view text) {
    std::vector<std::string> words = foreign_words(text);
    // A book's label may have no digit in it.
    constexpr std::size_t kLabelBytes = 10;
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    std::erase_if(words, [&](const std::string& word) {
        const bool is_label = word.size() == kLabelBytes && std::ranges::all_of(word, is_capital);
        return is_label || std::ranges::find(kPrinted, word) != kPrinted.end();
    });
    return words;
}

}  // namespace tizilim::support
