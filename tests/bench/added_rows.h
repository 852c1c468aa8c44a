#pragma once

#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "tests/bench/bench_register.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::bench {

using Rows = std::map<std::pair<store::Table, std::string>, std::string>;

/// Everything in the file, as it lies there.
inline Rows rows_of(const store::RegisterSettings& settings) {
    Rows rows;
    const store::Environment environment(store::register_file(settings.directory),
                                         store::Environment::Open::existing);
    environment.read([&](const store::RawReader& reader) {
        for (std::size_t i = 0; i < store::kTableCount; ++i) {
            const auto table = static_cast<store::Table>(i);
            reader.scan(table, {}, [&](std::string_view key, std::string_view value) {
                rows[{table, std::string(key)}] = value;
                return true;
            });
        }
    });
    return rows;
}

/// The rows that each of `count` adds wrote, in the order of writing: what the floor writes again.
inline std::vector<Rows> rows_of_adds(std::size_t count) {
    BenchRegister reg;
    std::vector<Rows> adds;
    reg.close();
    Rows before = rows_of(reg.settings());
    for (std::size_t i = 0; i < count; ++i) {
        reg.open();
        (void)store::OwnerSession(*reg).add(input_of(i, reg.today()));
        reg.close();
        Rows after = rows_of(reg.settings());
        Rows added;
        std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                            std::inserter(added, added.end()));
        adds.push_back(std::move(added));
        before = std::move(after);
    }
    return adds;
}

}  // namespace tizilim::bench
