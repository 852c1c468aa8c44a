#include "platform/text/json_reader.h"

#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Handler.h>
#include <Poco/JSON/Parser.h>
#include <Poco/SharedPtr.h>
#include <Poco/Types.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::platform {
namespace {

/// Beyond this, readers that use doubles see another number (RFC 8259, section 6).
constexpr std::int64_t kIntegerMax = std::int64_t{1} << 53;
/// Up to here comparing each with each is faster than sorting.
constexpr std::size_t kFewMembers = 12;

class Refused : public std::exception {
public:
    explicit Refused(Message message) : message_(std::move(message)) {}
    [[nodiscard]] const Message& message() const { return message_; }

private:
    Message message_;
};

bool has_name_twice(const JsonObject& object) {
    if (object.size() <= kFewMembers) {
        for (std::size_t i = 1; i < object.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (object[i].name == object[j].name) return true;
            }
        }
        return false;
    }
    std::vector<std::string_view> names;
    names.reserve(object.size());
    for (const JsonMember& member : object) names.emplace_back(member.name);
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
}

/// Builds the value in place: a container can't grow while one inside it is open, so the pointers
/// to open containers hold.
class Builder final : public Poco::JSON::Handler {
public:
    explicit Builder(const JsonBounds& bounds) : bounds_(bounds) {
        open_.reserve(bounds.depth_max);
    }

    [[nodiscard]] JsonValue take() {
        if (values_ == 0 || !open_.empty()) throw Refused({"json.ends_early"});
        return std::move(root_);
    }

    void reset() override {}
    void startObject() override { open(JsonObject{}); }
    void endObject() override {
        const JsonObject* object = open_.empty() ? nullptr : open_.back()->object();
        if (object == nullptr) refuse({"json.misplaced"});
        if (has_name_twice(*object)) refuse({"json.name_twice"});
        open_.pop_back();
    }
    void startArray() override { open(JsonArray{}); }
    void endArray() override {
        if (open_.empty() || open_.back()->array() == nullptr) {
            refuse({"json.misplaced"});
        }
        open_.pop_back();
    }
    void key(const std::string& name) override {
        auto* object = open_.empty() ? nullptr : std::get_if<JsonObject>(&open_.back()->value);
        if (object == nullptr) refuse({"json.misplaced"});
        object->push_back({name, {}});
    }
    void null() override { place() = JsonValue(); }
    void value(int number) override { integer(number); }
    void value(unsigned number) override { integer(number); }
    void value(Poco::Int64 number) override { integer(number); }
    void value(Poco::UInt64 number) override {
        if (number > Poco::UInt64{kIntegerMax}) refuse({"json.integer_beyond_at"});
        integer(static_cast<std::int64_t>(number));
    }
    void value(const std::string& text) override { place().value = text; }
    void value(double number) override {
        // Written without an exponent it would be one of the integers that are refused.
        if (!(std::abs(number) <= static_cast<double>(kIntegerMax))) {
            refuse({"json.number_beyond_at"});
        }
        place().value = number;
    }
    void value(bool truth) override { place().value = truth; }

private:
    /// Adds which value it is about.
    [[noreturn]] void refuse(Message what) const {
        what.values.push_back({"value", values_});
        throw Refused(std::move(what));
    }

    void integer(std::int64_t number) {
        if (number > kIntegerMax || number < -kIntegerMax) refuse({"json.integer_beyond_at"});
        place().value = number;
    }

    template <class Container>
    void open(Container container) {
        if (open_.size() >= bounds_.depth_max) {
            refuse({"json.too_deep", {{"max", bounds_.depth_max}}});
        }
        JsonValue& place_of_it = place();
        place_of_it.value = std::move(container);
        open_.push_back(&place_of_it);
    }

    /// Where the next value goes.
    JsonValue& place() {
        if (++values_ > bounds_.values_max) {
            refuse({"json.too_many_values", {{"max", bounds_.values_max}}});
        }
        if (open_.empty()) return root_;
        if (auto* array = std::get_if<JsonArray>(&open_.back()->value)) {
            return array->emplace_back();
        }
        auto& object = std::get<JsonObject>(open_.back()->value);
        if (object.empty()) refuse({"json.misplaced"});
        return object.back().value;
    }

    const JsonBounds& bounds_;
    JsonValue root_;
    std::vector<JsonValue*> open_;
    std::size_t values_ = 0;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What Poco's parser would read as something else without a word: it hands strings over as C
/// strings, cut short at a NUL, and lets long integers wrap or passes them through a double.
class Inspection {
public:
    explicit Inspection(std::string_view text) : text_(text) {}

    [[nodiscard]] std::optional<Message> fault() {
        if (text_.find('\0') != std::string_view::npos) return Message{"json.nul"};
        while (at_ < text_.size()) {
            if (text_[at_] == '"') {
                if (string_has_nul()) return Message{"json.nul"};
            } else if (is_digit(text_[at_])) {
                if (number_is_beyond()) return Message{"json.integer_beyond"};
            } else {
                ++at_;
            }
        }
        return {};
    }

private:
    [[nodiscard]] bool string_has_nul() {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] != '\\') continue;
            ++at_;
            if (text_.substr(at_, 5) == "u0000") return true;
        }
        ++at_;
        return false;
    }

    [[nodiscard]] bool number_is_beyond() {
        const std::size_t first = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        const bool is_fraction = first > 0 && text_[first - 1] == '.';
        const char next = at_ < text_.size() ? text_[at_] : ' ';
        if (is_fraction || next == '.' || next == 'e' || next == 'E') return false;
        std::uint64_t number = 0;
        const auto [end, failed] =
            std::from_chars(text_.data() + first, text_.data() + at_, number);
        return failed != std::errc{} || number > std::uint64_t{kIntegerMax};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

Expected<JsonValue, Message> read_json(std::string_view text, const JsonBounds& bounds) {
    if (const auto at = invalid_utf8_at(text)) {
        return Unexpected{Message{"json.not_utf8", {{"byte", *at}}}};
    }
    if (auto fault = Inspection(text).fault()) {
        return Unexpected{*std::move(fault)};
    }
    Poco::SharedPtr<Builder> builder(new Builder(bounds));
    try {
        Poco::JSON::Parser parser(builder);
        parser.parse(std::string(text));
        return builder->take();
    } catch (const Refused& refused) {
        return Unexpected{refused.message()};
    } catch (const Poco::Exception&) {
        // Poco's message quotes the byte it choked on: a stranger's byte is not repeated.
        return Unexpected{Message{"json.not_json"}};
    }
}

}  // namespace tizilim::platform
