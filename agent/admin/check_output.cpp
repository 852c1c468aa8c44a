#include "agent/admin/check_output.h"

#include "agent/admin/register_check.h"
#include "agent/admin/register_rules.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/text/json.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::admin {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using Seconds = std::optional<std::chrono::seconds>;

constexpr std::string_view kNone = "-";

std::string said(const Seconds& age) {
    if (!age) return std::string(kNone);
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(*age).count();
    constexpr std::int64_t kHour = 60;
    constexpr std::int64_t kDay = 24 * kHour;
    if (minutes >= 2 * kDay) return std::to_string(minutes / kDay) + 'd';
    if (minutes >= 2 * kHour) return std::to_string(minutes / kHour) + 'h';
    return std::to_string(minutes) + "min";
}

JsonArray fault_codes(const CheckedRegister& one) {
    JsonArray codes;
    for (const Part part : one.faults) codes.emplace_back(code_of(part));
    return codes;
}

std::size_t well(const std::vector<CheckedRegister>& checked) {
    return static_cast<std::size_t>(std::ranges::count_if(
        checked, [](const CheckedRegister& one) { return is_well(one.verdict); }));
}

/// A cell more than the longest of each column; by code points, as all are narrow.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string in_columns(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size()) text.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        text += '\n';
    }
    return text;
}

/// One metric: its name and type, then a value for each register that has one.
class Metrics {
public:
    explicit Metrics(const std::vector<CheckedRegister>& checked) : checked_(checked) {}

    void gauge(std::string_view name,
               const std::function<std::optional<std::int64_t>(const CheckedRegister&)>& value) {
        text += "# TYPE " + std::string(name) + " gauge\n";
        for (const CheckedRegister& one : checked_)
            if (const auto found = value(one))
                text += std::string(name) + "{register=\"" + one.account.database + "\"} " +
                        std::to_string(*found) + '\n';
    }
    std::string text;

private:
    const std::vector<CheckedRegister>& checked_;
};

}  // namespace

std::string check_table(const std::vector<CheckedRegister>& checked, const agent::Words& words) {
    std::vector<std::vector<std::string>> rows{
        {words("admin.column_register"), words("admin.column_lawyer"),
         words("admin.column_verdict"), words("admin.column_state"), words("admin.column_seen"),
         words("admin.column_waiting"), words("admin.column_backup"), words("admin.column_version"),
         words("admin.column_faults")}};
    for (const CheckedRegister& one : checked) {
        std::string faults;
        for (const Part part : one.faults)
            faults +=
                (faults.empty() ? "" : ", ") + words("admin_part." + std::string(code_of(part)));
        const bool is_seen = one.health.has_value();
        const Health health = one.health.value_or(Health{});
        rows.push_back({one.account.database, one.account.lawyer,
                        words("admin_verdict." + std::string(code_of(one.verdict))),
                        is_seen ? health.state : std::string(kNone),
                        said(is_seen ? Seconds(health.age) : Seconds()), said(health.waiting),
                        said(health.backup), is_seen ? health.version : std::string(kNone),
                        faults.empty() ? std::string(kNone) : faults});
    }
    return in_columns(rows) +
           words("admin.well_of", {{"well", well(checked)}, {"number", checked.size()}}) + '\n';
}

JsonObject check_json(const std::vector<CheckedRegister>& checked) {
    JsonArray rows;
    for (const CheckedRegister& one : checked) {
        JsonObject row{{"register", one.account.database},
                       {"lawyer", one.account.lawyer},
                       {"verdict", code_of(one.verdict)},
                       {"faults", fault_codes(one)}};
        const auto add_age = [&](const char* name, const Seconds& age) {
            if (age) row.push_back({name, age->count()});
        };
        if (one.health) {
            row.push_back({"state", one.health->state});
            row.push_back({"version", one.health->version});
            row.push_back({"balanceError", one.health->balance_error});
            add_age("seenSeconds", one.health->age);
            add_age("waitingSeconds", one.health->waiting);
            add_age("backupSeconds", one.health->backup);
        }
        rows.emplace_back(std::move(row));
    }
    return {{"registers", std::move(rows)}, {"number", checked.size()}, {"well", well(checked)}};
}

std::string check_metrics(const std::vector<CheckedRegister>& checked, platform::WallTime now) {
    Metrics metrics(checked);
    const auto of_health = [](Seconds Health::* age) {
        return [age](const CheckedRegister& one) -> std::optional<std::int64_t> {
            if (!one.health || !((*one.health).*age)) return {};
            return ((*one.health).*age)->count();
        };
    };
    metrics.gauge("tizilim_register_well", [](const CheckedRegister& one) {
        return std::optional<std::int64_t>(is_well(one.verdict) ? 1 : 0);
    });
    metrics.gauge("tizilim_register_rules_good", [](const CheckedRegister& one) {
        return std::optional<std::int64_t>(one.faults.empty() ? 1 : 0);
    });
    metrics.gauge("tizilim_register_seen_age_seconds",
                  [](const CheckedRegister& one) -> std::optional<std::int64_t> {
                      if (!one.health) return {};
                      return one.health->age.count();
                  });
    metrics.gauge("tizilim_register_waiting_age_seconds", of_health(&Health::waiting));
    metrics.gauge("tizilim_register_backup_age_seconds", of_health(&Health::backup));
    metrics.gauge("tizilim_register_balance_error",
                  [](const CheckedRegister& one) -> std::optional<std::int64_t> {
                      if (!one.health) return {};
                      return one.health->balance_error;
                  });
    metrics.text +=
        "# TYPE tizilim_registers_checked_timestamp_seconds gauge\n"
        "tizilim_registers_checked_timestamp_seconds " +
        std::to_string(
            std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count()) +
        '\n';
    return metrics.text;
}

}  // namespace tizilim::admin
