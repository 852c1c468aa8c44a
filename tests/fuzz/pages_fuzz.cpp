#include "platform/check.h"
#include "store/disk/lmdb.h"
#include "store/disk/lmdb_pages.h"
#include "store/disk/tables.h"
#include "store/store_error.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <unistd.h>

namespace store = tizilim::store;

namespace {

/// One a process: the fuzzer may run several.
std::filesystem::path scratch_file() {
    return std::filesystem::temp_directory_path() /
           ("tizilim-pages-fuzz-" + std::to_string(::getpid()) + ".mdb");
}

/// LMDB reads, and writes, what the check let through.
void use(const std::filesystem::path& file) {
    try {
        store::Environment environment(file, store::Environment::Open::existing);
        environment.read([](const store::RawReader& reader) {
            for (std::size_t i = 0; i < store::kTableCount; ++i) {
                const auto table = static_cast<store::Table>(i);
                std::uint64_t rows = 0;
                reader.scan(table, {}, [&](std::string_view, std::string_view) {
                    ++rows;
                    return true;
                });
                CHECK(rows == reader.count(table));
            }
        });
        environment.write([](store::RawWriter& writer) {
            writer.put(store::Table::entries, "key", "value");
            writer.erase(store::Table::meta, "key");
        });
        CHECK(!environment.check_pages());
    } catch (const store::StoreError& error) {
        CHECK(*error.what() != '\0');
    }
}

}  // namespace

/// Any bytes as a register's file: named as damaged, or LMDB can use it; and what is in it can be
/// visited.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::filesystem::path file = scratch_file();
    {
        std::ofstream stream(file, std::ios::binary | std::ios::trunc);
        stream.write(static_cast<const char*>(static_cast<const void*>(bytes)),
                     static_cast<std::streamsize>(size));
    }
    std::size_t read = 0;
    store::salvage_rows(file, [&](const store::SalvagedRow& row) {
        const std::string copy = std::string(row.key) + std::string(row.value);
        read += copy.size();
    });
    if (!store::check_pages(file, store::PagesToCheck::all).fault) use(file);
    std::filesystem::remove(file);
    std::filesystem::remove(file.string() + "-lock");
    return 0;
}
