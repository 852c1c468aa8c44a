// What the size of a register costs: bench_scale [--sizes 1000,10000] [--registers DIR]
// [--json FILE] [--ratio-max R] [--check].

#include "platform/text/json.h"
#include "tests/bench/measure.h"
#include "tests/bench/scaled_register.h"
#include "tests/support/temp_directory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::bench {
namespace {

/// Issue bounds: a figure of the largest register against that of the smallest, and how long it
/// takes to open one of any size.
constexpr double kRatioMax = 2;
constexpr double kOpenMillisecondsMax = 100;
constexpr const char* kOpening = "open to ready";

struct Options {
    std::vector<std::uint64_t> sizes{1'000, 10'000, 100'000, 1'000'000};
    std::filesystem::path registers;  ///< empty: a temporary folder
    std::filesystem::path json;       ///< empty: none
    double ratio_max = 0;             ///< 0: nothing is checked
    bool check = false;
};

/// One figure, at each of the sizes.
struct Figure {
    std::string name;
    std::string unit;
    std::vector<double> values;
    bool bounded = false;  ///< may grow by the ratio at most

    [[nodiscard]] double ratio() const { return values.back() / values.front(); }
};

using Registers = std::vector<std::unique_ptr<ScaledRegister>>;
using Act = std::function<void(ScaledRegister&)>;

/// The middle of `rounds` times of `act`, at each size. The sizes take turns, so that a slow moment
/// of the machine meets all of them.
Figure timed(const std::string& name, Registers& registers, int rounds, const Act& act) {
    std::vector<std::vector<double>> times(registers.size());
    for (int round = -rounds / 10; round < rounds; ++round) {
        for (std::size_t i = 0; i < registers.size(); ++i) {
            const double time = milliseconds_of([&] { act(*registers[i]); });
            if (round >= 0) times[i].push_back(time);
        }
    }
    Figure figure{name, "ms", {}, true};
    for (const auto& of_size : times) figure.values.push_back(median(of_size));
    return figure;
}

/// Megabytes a second, the better of as many turns as fit into a moment, at least two: the first
/// brings the pages in.
double throughput(double megabytes, const std::function<void()>& act) {
    constexpr double kMomentMilliseconds = 300;
    constexpr int kTurnsMin = 2;
    double best = 0;
    const auto start = Time::now();
    for (int turn = 0; turn < kTurnsMin || milliseconds_since(start) < kMomentMilliseconds;
         ++turn) {
        const double time = milliseconds_of(act);
        if (best == 0 || time < best) best = time;
    }
    return megabytes / best * 1000;
}

Figure streamed(const std::string& name, Registers& registers, bool texts, const Act& act) {
    Figure figure{name, "MB/s", {}, false};
    for (auto& reg : registers) {
        const double megabytes = texts ? reg->text_megabytes() : reg->megabytes();
        figure.values.push_back(throughput(megabytes, [&] { act(*reg); }));
    }
    return figure;
}

/// A line of this process's /proc/self/status, in megabytes.
double memory(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with(name)) continue;
        return std::strtod(line.c_str() + name.size() + 1, nullptr) * 1024 / 1e6;
    }
    throw std::runtime_error("/proc/self/status does not say how much memory is in use");
}

using Memory = std::array<double, 4>;

/// What `act` finds, run in a process of its own: it neither leaves memory behind here nor finds
/// any that was left.
Memory apart(const std::function<Memory()>& act) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            const Memory found = act();
            const bool said = ::write(ends[1], found.data(), sizeof found) == sizeof found;
            std::_Exit(said ? EXIT_SUCCESS : EXIT_FAILURE);
        } catch (const std::exception& error) {
            std::cerr << error.what() << '\n';
            std::_Exit(EXIT_FAILURE);
        }
    }
    Memory found{};
    ::close(ends[1]);
    const bool heard = ::read(ends[0], found.data(), sizeof found) == sizeof found;
    ::close(ends[0]);
    if (child > 0) ::waitpid(child, nullptr, 0);
    if (!heard) throw std::runtime_error("a process that was to measure failed");
    return found;
}

Memory memory_of(ScaledRegister& reg) {
    constexpr int kPages = 1000;
    reg.open();
    Memory found{memory("RssAnon"), memory("VmRSS"), 0, 0};
    for (int i = 0; i < kPages; ++i) reg.page_by_number();
    found[2] = memory("RssAnon");
    found[3] = memory("VmRSS");
    return found;
}

/// How long it takes is bounded for itself: a small register is open at once. One that is open is
/// closed first, untimed.
Figure opening(Registers& registers) {
    constexpr int kRounds = 21;
    std::vector<std::vector<double>> times(registers.size());
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t i = 0; i < registers.size(); ++i) {
            registers[i]->close();
            times[i].push_back(milliseconds_of([&] { registers[i]->open(); }));
        }
    }
    Figure figure{kOpening, "ms", {}};
    for (const auto& of_size : times) figure.values.push_back(median(of_size));
    return figure;
}

std::vector<Figure> memory_figures(Registers& registers) {
    std::vector<Figure> figures{{"RssAnon, opened", "MB", {}},
                                {"RSS, opened", "MB", {}},
                                {"RssAnon, after 1000 pages", "MB", {}},
                                {"RSS, after 1000 pages", "MB", {}}};
    for (auto& reg : registers) {
        const Memory found = apart([&] { return memory_of(*reg); });
        for (std::size_t i = 0; i < found.size(); ++i) figures[i].values.push_back(found[i]);
    }
    return figures;
}

void print_header(const std::vector<std::uint64_t>& sizes) {
    std::cout << std::left << std::setw(34) << "entries" << std::right;
    for (const std::uint64_t size : sizes) std::cout << std::setw(11) << size;
    std::cout << std::setw(10) << "ratio" << '\n' << std::flush;
}

void print(const Figure& figure) {
    std::ostringstream out;
    out << std::left << std::setw(28) << figure.name << std::setw(6) << figure.unit << std::right
        << std::fixed;
    for (const double value : figure.values) {
        out << std::setw(11) << std::setprecision(value < 10 ? 3 : 1) << value;
    }
    out << std::setw(10) << std::setprecision(2) << figure.ratio();
    std::cout << out.str() << '\n' << std::flush;
}

/// Measures one figure after the other, and shows each at once.
std::vector<Figure> measure(Registers& registers) {
    std::vector<Figure> figures;
    const auto add = [&](Figure figure) {
        print(figure);
        figures.push_back(std::move(figure));
    };
    const auto stream = [&](const char* name, bool texts, const Act& act) {
        add(streamed(name, registers, texts, act));
    };
    const auto time = [&](const char* name, int rounds, const Act& act) {
        add(timed(name, registers, rounds, act));
    };
    for (const Figure& figure : memory_figures(registers)) add(figure);
    add(opening(registers));
    Figure size{"data file in use", "MB", {}};
    for (auto& reg : registers) size.values.push_back(reg->megabytes());
    add(size);
    stream("reading the file", false, &ScaledRegister::read_file);
    stream("verify", false, &ScaledRegister::verify);
    stream("backup", false, &ScaledRegister::back_up);
    stream("listing all", false, &ScaledRegister::list_all);
    stream("search, of text", true, &ScaledRegister::search);
    // By now all of the files is in memory: the streams have touched every page.
    time("show", 2000, &ScaledRegister::show);
    time("history", 2000, &ScaledRegister::history);
    time("page of 100", 300, &ScaledRegister::page_by_number);
    time("page of 100, of a month", 300, &ScaledRegister::page_by_month);
    time("page of 100, in a state", 300, &ScaledRegister::page_by_state);
    time("add, durable", 200, &ScaledRegister::add);
    return figures;
}

/// Microseconds, kilobytes and the like: whole numbers.
void write_json(const Options& options, const std::vector<Figure>& figures) {
    platform::JsonArray sizes;
    for (const std::uint64_t size : options.sizes) sizes.emplace_back(size);
    platform::JsonArray list;
    for (const Figure& figure : figures) {
        platform::JsonArray thousandths;
        for (const double value : figure.values) {
            thousandths.emplace_back(static_cast<std::int64_t>(value * 1000));
        }
        list.push_back(platform::JsonObject{
            {"figure", figure.name}, {"unit", "0.001 " + figure.unit}, {"values", thousandths}});
    }
    std::ofstream out(options.json);
    out << platform::to_json(platform::JsonObject{{"entries", sizes}, {"figures", list}}) << '\n';
    if (!out.flush()) throw std::runtime_error(options.json.string() + " can't be written");
}

bool within_bounds(const Options& options, const std::vector<Figure>& figures) {
    bool within = true;
    const auto broken = [&](const Figure& figure, const std::string& bound) {
        std::cerr << figure.name << ": more than " << bound << '\n';
        within = false;
    };
    for (const Figure& figure : figures) {
        const bool grew = figure.bounded && figure.ratio() > options.ratio_max;
        if (grew && options.ratio_max > 0) {
            std::ostringstream bound;
            bound << options.ratio_max << " x what it is in the smallest register";
            broken(figure, bound.str());
        }
        const bool slow =
            options.check && figure.name == kOpening && figure.values.back() > kOpenMillisecondsMax;
        if (slow) broken(figure, "100 ms");
    }
    return within;
}

std::vector<std::uint64_t> sizes_of(std::string_view text) {
    std::vector<std::uint64_t> sizes;
    while (!text.empty()) {
        std::uint64_t size = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), size);
        if (failed != std::errc{} || size < 1000) {
            throw std::invalid_argument("--sizes: numbers from 1000 on, with commas between");
        }
        sizes.push_back(size);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!text.empty()) text.remove_prefix(1);
    }
    if (sizes.empty()) throw std::invalid_argument("--sizes: it names none");
    return sizes;
}

Options options_of(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        if (name == "--check") {
            options.check = true;
            options.ratio_max = kRatioMax;
            continue;
        }
        if (i + 1 == count) throw std::invalid_argument(std::string(name) + " lacks its value");
        const std::string value = arguments[++i];
        if (name == "--sizes") {
            options.sizes = sizes_of(value);
        } else if (name == "--registers") {
            options.registers = value;
        } else if (name == "--json") {
            options.json = value;
        } else if (name == "--ratio-max") {
            options.ratio_max = std::strtod(value.c_str(), nullptr);
            if (options.ratio_max <= 0) throw std::invalid_argument("--ratio-max: a number");
        } else {
            throw std::invalid_argument("unknown option " + std::string(name));
        }
    }
    return options;
}

int run(Options options) {
    const support::TempDirectory work;
    if (options.registers.empty()) options.registers = work / "made";
    std::filesystem::create_directories(options.registers);
    Registers registers;
    for (const std::uint64_t size : options.sizes) {
        std::cerr << "making " << size << " entries, or taking those made before\n";
        registers.push_back(std::make_unique<ScaledRegister>(size));
        (void)apart([&] {
            registers.back()->make(options.registers);
            return Memory{};
        });
        registers.back()->copy(options.registers, work.path());
    }
    print_header(options.sizes);
    const std::vector<Figure> figures = measure(registers);
    if (!options.json.empty()) write_json(options, figures);
    return within_bounds(options, figures) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace tizilim::bench

int main(int count, char** arguments) {
    try {
        return tizilim::bench::run(tizilim::bench::options_of(count, arguments));
    } catch (const std::exception& error) {
        std::cerr << "bench_scale: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
