#include "agent/cli/commands/checks.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/commands/lists.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Option.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonValue;
using Run = std::function<int(const Command&)>;

constexpr std::uint64_t kPageDefault = 100;

struct ListOptions {
    std::uint64_t first = 0;  ///< 0: not given
    std::uint64_t limit = 0;  ///< 0: not given
    std::string order;        ///< "newest", "oldest"; empty: newest on a terminal
    std::string month;        ///< as typed
    std::string state;        ///< a delivery state
    std::string book;
    bool pulled = false;  ///< of the lawyer's other PCs
    std::string search;   ///< if given, the others don't count
};

std::string signature_status(const Words& words, const JsonValue& entry) {
    return in_words(words, value_at(entry, "signature"), "status");
}

/// A table has room for what differs in the official words.
std::string form_in_table(const Words& words, const JsonValue& entry) {
    return word_of(words, "form.", text_at(entry, "form"));
}

struct Filter {
    const char* name;
    std::string ListOptions::* value;
};
constexpr auto kFilters = std::to_array<Filter>(
    {{"month", &ListOptions::month}, {"state", &ListOptions::state}, {"book", &ListOptions::book}});

std::string filter_query(const ListOptions& options) {
    std::string query;
    for (const Filter& filter : kFilters)
        if (const std::string& value = options.*filter.value; !value.empty())
            query += std::string("&") + filter.name + "=" + url_part(value);
    return options.pulled ? query + "&pulled=1" : query;
}

std::string filter_flags(const ListOptions& options) {
    std::string flags;
    for (const Filter& filter : kFilters)
        if (const std::string& value = options.*filter.value; !value.empty())
            flags += std::string(" --") + filter.name + " " + shown(value, kWidthMax);
    return options.pulled ? flags + " --pulled" : flags;
}

/// A decision that is open is shown beside the state.
std::string state_in_table(const Words& words, const JsonValue& entry) {
    const std::string state = in_words(words, entry, "state");
    return true_at(entry, "in_conflict") ? words("cli.state_in_conflict", {{"state", state}})
                                         : state;
}

Column name_column(const Words& words, bool pulled) {
    // Entries of another PC have no number here.
    return pulled ? Column{words("table.id")} : Column{words("table.number"), Align::right};
}

std::string name_of(const JsonValue& entry, bool pulled) {
    return text_at(entry, pulled ? "id" : "number");
}

std::string wide_table_of(const Words& words, bool pulled, const platform::JsonArray& entries) {
    std::vector<std::vector<std::string>> rows;
    for (const JsonValue& entry : entries)
        rows.push_back({name_of(entry, pulled), in_words(words, entry, "application_date"),
                        in_words(words, entry, "basis_type"), form_in_table(words, entry),
                        text_at(entry, "minutes"), in_words(words, entry, "disclosure"),
                        in_words(words, entry, "delivery"), state_in_table(words, entry),
                        signature_status(words, entry), text_at(entry, "essence")});
    std::ostringstream table;
    print_table(table,
                {name_column(words, pulled),
                 {words("table.date")},
                 {words("table.basis")},
                 {words("table.form")},
                 {words("table.minutes"), Align::right},
                 {words("table.class")},
                 {words("table.delivery")},
                 {words("table.state")},
                 {words("table.signature")},
                 {words("table.essence")}},
                rows);
    return table.str();
}

/// What has no room beside the essence, the marks first: the second line of an entry.
std::string details_of(const Words& words, const JsonValue& entry, std::size_t cells_max) {
    constexpr std::string_view kIndent = "    ";
    const bool is_plain = text_at(entry, "state") == "recorded" && !true_at(entry, "in_conflict");
    std::string details;
    for (const std::string& part :
         {is_plain ? std::string() : state_in_table(words, entry),
          in_words(words, entry, "delivery"), in_words(words, entry, "disclosure"),
          signature_status(words, entry), in_words(words, entry, "basis_type"),
          form_in_table(words, entry)})
        if (!part.empty()) details.append(details.empty() ? "" : "; ").append(part);
    const std::size_t room = std::max(cells_max, 2 * kIndent.size()) - kIndent.size();
    return std::string(kIndent) + shown(details, room) + '\n';
}

/// Two lines an entry.
std::string narrow_table_of(const Words& words, bool pulled, const platform::JsonArray& entries,
                            std::size_t cells_max) {
    std::vector<std::vector<std::string>> rows;
    for (const JsonValue& entry : entries)
        rows.push_back({name_of(entry, pulled), in_words(words, entry, "application_date"),
                        text_at(entry, "minutes"), text_at(entry, "essence")});
    std::stringstream table;
    print_table(table,
                {name_column(words, pulled),
                 {words("table.date")},
                 {words("table.minutes"), Align::right},
                 {words("table.essence")}},
                rows);
    std::string line;
    std::getline(table, line);
    std::string lines = line + '\n';
    for (const JsonValue& entry : entries) {
        std::getline(table, line);
        lines += line + '\n' + details_of(words, entry, cells_max);
    }
    return lines;
}

std::string table_of(const Command& command, bool pulled, const platform::JsonArray& entries) {
    if (entries.empty() && command.console.out_is_terminal)
        return command.words("cli.list_empty") + '\n';
    const std::size_t cells_max = command.console.cells_max();
    std::string wide = wide_table_of(command.words, pulled, entries);
    std::istringstream lines(wide);
    for (std::string line; std::getline(lines, line);)
        if (text_width(line) > cells_max)
            return narrow_table_of(command.words, pulled, entries, cells_max);
    return wide;
}

/// What a search finds, as it comes: a table, or two lines an entry where that has no room.
class Found {
public:
    explicit Found(const Command& command)
        : command_(command),
          is_narrow_(command.console.cells_max() < kCellsOfTable),
          table_(command.console.out, columns(command.words, is_narrow_)) {}

    void add(const JsonValue& entry) {
        const Words& words = command_.words;
        std::vector<std::string> cells{text_at(entry, "number"), text_at(entry, "book"),
                                       in_words(words, entry, "application_date"),
                                       text_at(entry, "minutes")};
        if (!is_narrow_)
            cells.insert(cells.end(),
                         {in_words(words, entry, "basis_type"), form_in_table(words, entry),
                          in_words(words, entry, "delivery")});
        cells.push_back(text_at(entry, "essence"));
        table_.row(cells);
        if (is_narrow_)
            command_.console.out << details_of(words, entry, command_.console.cells_max());
    }

private:
    static constexpr std::size_t kCellsOfTable = 188;

    static std::vector<Column> columns(const Words& words, bool is_narrow) {
        std::vector<Column> columns{{words("table.number"), Align::right, 7},
                                    {words("table.book"), Align::left, 10},
                                    {words("table.date"), Align::left, 10},
                                    {words("table.minutes"), Align::right, 5}};
        if (!is_narrow)
            columns.insert(columns.end(), {{words("table.basis"), Align::left, 36},
                                           {words("table.form"), Align::left, 30},
                                           {words("table.delivery"), Align::left, 16}});
        columns.push_back({words("table.essence"), Align::left, is_narrow ? 40U : 60U});
        return columns;
    }

    const Command& command_;
    const bool is_narrow_;
    TableStream table_;
};

/// Rows as they come: the search goes through the whole register.
int search(const Command& command, const std::string& text) {
    std::ostream& out = command.console.out;
    Found found(command);
    JsonValue result;
    const DaemonRequest request{.path = "/api/v1/search?text=" + url_part(text)};
    const int code = follow(command, request, result, [&](const JsonValue& line) {
        const JsonValue* const entry = line.find("entry");
        if (entry == nullptr) return;
        if (command.json) {
            // At once: a search of a large register takes a while.
            out << platform::to_json(*entry) << '\n' << std::flush;
            return;
        }
        found.add(*entry);
    });
    if (code == done)
        say_beside(command.console,
                   command.words("cli.found", {{"count", value_at(result, "found")}}));
    return code;
}

/// Shows lines, on a terminal a screenful at a time. It asks by itself: no other program and no
/// file gets what is secret.
class Screen {
public:
    explicit Screen(const Command& command)
        : command_(command), asks_(command.console.out_is_terminal && command.console.ask) {}

    [[nodiscard]] bool asks() const { return asks_; }

    /// False once the person has seen enough.
    [[nodiscard]] bool show(const std::string& lines) {
        std::istringstream rest(lines);
        for (std::string line; std::getline(rest, line);) {
            const std::size_t columns = command_.console.size.columns;
            const std::size_t rows = 1 + (std::max<std::size_t>(text_width(line), 1) - 1) / columns;
            // The question takes a row, too.
            if (asks_ && used_ > 0 && used_ + rows + 1 > command_.console.size.rows) {
                if (!goes_on()) return false;
                used_ = 0;
            }
            used_ += rows;
            command_.console.out << line << '\n';
        }
        return true;
    }

private:
    [[nodiscard]] bool goes_on() const {
        // The letter q of a Cyrillic keyboard, too.
        constexpr auto kEnough = std::to_array<std::string_view>({"q", "Q", "й", "Й"});
        command_.console.out << std::flush;
        const auto typed = command_.console.ask(command_.words("cli.more_or_end"));
        return typed && std::ranges::find(kEnough, *typed) == kEnough.end();
    }

    const Command& command_;
    const bool asks_;
    std::size_t used_ = 0;  ///< rows of the terminal, since it was last asked
};

/// Where the entries are that this list does not show.
void tell_of_others(const Command& command) {
    const DaemonReply reply = DaemonClient(command.configuration).ask({.path = "/api/v1/books"});
    if (!is_success(reply.status)) return;
    const JsonValue known = read_reply(reply.body);
    const Words& words = command.words;
    std::int64_t entries = 0;
    std::vector<std::string> books;
    for (const JsonValue& book : array_at(known, "books")) {
        const std::int64_t* const count = value_at(book, "entries").integer();
        if (true_at(book, "current") || count == nullptr || *count == 0) continue;
        entries += *count;
        books.push_back(text_at(book, "label"));
    }
    const std::string where =
        books.size() == 1 ? "tizilim list --book " + books.front() : "tizilim books";
    if (entries > 0)
        say_beside(command.console,
                   words("cli.of_other_books", {{"count", entries}, {"command", where}}));
    const JsonValue& pulled = value_at(known, "pulled");
    if (pulled.integer() != nullptr && *pulled.integer() > 0)
        say_beside(command.console,
                   words("cli.of_other_computers",
                         {{"count", pulled}, {"command", "tizilim list --pulled"}}));
}

int run_list(const Command& command, const ListOptions& options) {
    if (!options.search.empty()) return search(command, options.search);
    const bool on_terminal = command.console.out_is_terminal && !command.json;
    const bool newest =
        options.order == "newest" || (options.order.empty() && options.first == 0 && on_terminal);
    const std::uint64_t limit = options.limit == 0 ? kPageDefault : options.limit;
    std::string path = "/api/v1/entries?limit=" + std::to_string(limit) + filter_query(options);
    if (newest) path += "&order=newest";
    Screen screen(command);
    std::string first = options.first == 0 ? std::string() : std::to_string(options.first);
    for (bool wanted = true; wanted;) {
        DaemonRequest request{.path = path};
        if (!first.empty()) request.path.append("&first=").append(first);
        const int code = ask(command, request, [&](const JsonValue& answer) {
            first = text_at(answer, "next");
            wanted = screen.show(table_of(command, options.pulled, array_at(answer, "entries")));
        });
        if (code != done || command.json) return code;
        if (first.empty()) break;
        if (wanted && (options.limit > 0 || !screen.asks())) {
            say_beside(
                command.console,
                command.words(
                    "cli.more",
                    {{"command", "tizilim list" + std::string(newest ? " --order newest" : "") +
                                     " --first " + first + filter_flags(options)}}));
            break;
        }
    }
    if (options.book.empty() && !options.pulled) tell_of_others(command);
    return done;
}

void add_list(CLI::App& app, const Words& words,
              const std::shared_ptr<std::function<void(Run)>>& chosen) {
    const auto given = std::make_shared<ListOptions>();
    CLI::App* const list = app.add_subcommand("list", words("help.list"));
    list->callback([=] { (*chosen)([given](const Command& c) { return run_list(c, *given); }); });
    CLI::Option* const first =
        list->add_option("--first", given->first, words("help.list_first"))->check(is_position());
    CLI::Option* const limit = list->add_option("--limit", given->limit, words("help.list_limit"))
                                   ->check(is_number(1, kPageEntriesMax));
    CLI::Option* const order = take_one_of(
        list->add_option("--order", given->order, words("help.list_order")), {"newest", "oldest"});
    CLI::Option* const month =
        list->add_option("--month", given->month, words("help.list_month"))->type_name("MONTH");
    CLI::Option* const state =
        take_one_of(list->add_option("--state", given->state, words("help.list_state")),
                    {"local", "unsigned", "pending", "sent", "delivered", "quarantined"});
    CLI::Option* const book = list->add_option("--book", given->book, words("help.list_book"));
    CLI::Option* const pulled = list->add_flag("--pulled", given->pulled, words("help.list_pulled"))
                                    ->excludes(month, state, book);
    list->add_option("--search", given->search, words("help.list_search"))
        ->excludes(first, limit, order, month, state, book, pulled);
}

}  // namespace

void add_list_commands(CLI::App& app, const Words& words,
                       std::function<void(std::function<int(const Command&)> run)> chosen) {
    const auto choose = std::make_shared<std::function<void(Run)>>(std::move(chosen));
    add_list(app, words, choose);
    CLI::App* const books = app.add_subcommand("books", words("help.books"));
    books->callback([choose] { (*choose)(run_books); });
    CLI::App* const backups = app.add_subcommand("backups", words("help.backups"));
    const auto directory = std::make_shared<std::string>();
    backups->add_option("directory", *directory, words("help.backups_directory"))
        ->type_name("FOLDER");
    const auto tries = std::make_shared<bool>(false);
    backups->add_flag("--try", *tries, words("help.backups_try"))->excludes("directory");
    backups->callback([choose, directory, tries] {
        (*choose)([directory, tries](const Command& c) {
            return *tries ? run_drill(c) : run_backups(c, *directory);
        });
    });
}

}  // namespace tizilim::agent
