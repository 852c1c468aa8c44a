#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tizilim::agent {

/// A compiled catalogue of GNU gettext (.mo; gettext manual, 10.3), in which the context of each
/// message is its code. It is read where it lies.
class Catalogue {
public:
    constexpr explicit Catalogue(std::string_view bytes) : bytes_(bytes) {}

    struct Entry {
        std::string_view english;  ///< the singular
        std::string_view forms;    ///< of the translation, with NUL between them

        /// Form `index`, the last if there are fewer.
        [[nodiscard]] std::string_view form(std::size_t index) const;
    };
    [[nodiscard]] std::optional<Entry> find(std::string_view code) const;

    /// Calls `take` with each code.
    template <class Take>
    void for_each_code(Take take) const {
        for (std::uint32_t i = 0; i < size(); ++i)
            if (const std::string_view code = code_at(i); !code.empty()) take(code);
    }

private:
    [[nodiscard]] std::uint32_t number_at(std::size_t place) const;
    [[nodiscard]] std::uint32_t size() const { return number_at(8); }
    /// Text `index` of the table that begins at `table`.
    [[nodiscard]] std::string_view text_at(std::uint32_t table, std::uint32_t index) const;
    [[nodiscard]] std::string_view code_at(std::uint32_t index) const;

    std::string_view bytes_;
};

/// Of the program: made from kk.po, ru.po and messages.pot when it is built.
extern const Catalogue kKazakh;
extern const Catalogue kRussian;
extern const Catalogue kEnglish;

}  // namespace tizilim::agent
