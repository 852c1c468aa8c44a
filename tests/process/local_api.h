#pragma once

#include "platform/text/json.h"
#include "tests/process/office.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tizilim::process {

struct LocalAnswer {
    int status = 0;  ///< 0: none came
    std::string body;
    platform::JsonValue json;  ///< of the body; null when it is none
};

/// The local API of an office's daemon, asked over the control socket by whoever runs this.
class LocalApi {
public:
    explicit LocalApi(const Office& office);
    [[nodiscard]] LocalAnswer get(const std::string& path) const;
    [[nodiscard]] LocalAnswer post(const std::string& path, const platform::JsonObject& body) const;
    /// All pages of /api/v1/entries; `query` as "book=…", or empty.
    [[nodiscard]] std::vector<platform::JsonValue> entries(const std::string& query = {}) const;

private:
    [[nodiscard]] LocalAnswer ask(const std::string& path, const std::string* body) const;

    std::filesystem::path folder_;
};

/// What an answer of HTTP/1.0 says. The status is 0 where it is none.
[[nodiscard]] LocalAnswer answer_in(const std::string& bytes);

/// The text or the number under `names`; empty, or -1, where there is none.
[[nodiscard]] std::string text_at(const platform::JsonValue& json,
                                  const std::vector<std::string>& names);
[[nodiscard]] std::int64_t number_at(const platform::JsonValue& json,
                                     const std::vector<std::string>& names);
/// The elements under `names`; none where there is no array.
[[nodiscard]] const platform::JsonArray& array_at(const platform::JsonValue& json,
                                                  const std::vector<std::string>& names);

}  // namespace tizilim::process
