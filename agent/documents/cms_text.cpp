#include "agent/documents/cms_text.h"

#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "platform/text/text_input.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonValue;
using platform::Message;
using platform::Unexpected;
using Found = platform::Expected<std::string, Message>;

/// Wrappings in one another; nobody saves more than JSON of base64 of PEM of base64.
constexpr int kLayersMax = 6;
constexpr platform::JsonBounds kAnswerJson{.depth_max = 8, .values_max = 10'000};
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

Unexpected<Message> no_signature() {
    return Unexpected{Message{"cms.no_signature"}};
}

bool is_der(std::string_view bytes) {
    constexpr char kSequence = 0x30;  // how each CMS in DER begins; in a text it would be a "0"
    return bytes.starts_with(kSequence);
}

/// A text in UTF-16 without its mark: a signature holds ASCII alone.
std::string ascii_of_utf16(std::string_view text) {
    const bool little = text[1] == 0;
    std::string ascii;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const char low = text[little ? i : i + 1];
        const char high = text[little ? i + 1 : i];
        ascii += high == 0 ? low : '?';
    }
    return ascii;
}

std::string plain_text(const std::string& bytes) {
    const bool unmarked = bytes.size() >= 2 && (bytes[0] == 0) != (bytes[1] == 0);
    return unmarked ? ascii_of_utf16(bytes) : platform::text_or_bytes(bytes);
}

/// With `\n`, `\r`, `\t` and `\/` as what they stand for: base64 and PEM hold no backslash.
std::string without_escapes(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (text[i] != '\\') {
            plain += text[i];
        } else if (next == '/') {
            plain += text[++i];
        } else {
            plain += ' ';
            if (next == 'n' || next == 'r' || next == 't') ++i;
        }
    }
    return plain;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\r\n\v\f";
    const std::size_t from = text.find_first_not_of(kSpaces);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(kSpaces) + 1 - from);
}

/// What stands between the lines of the one block that is no certificate; nothing without a block.
Found pem_content(std::string_view text) {
    std::optional<std::string> content;
    bool has_other = false;
    for (std::size_t at = text.find(kBegin); at != std::string_view::npos;
         at = text.find(kBegin, at)) {
        at += kBegin.size();
        const std::size_t named = text.find(kDashes, at);
        if (named == std::string_view::npos) return Unexpected{Message{"cms.cut_off"}};
        const std::string_view label = text.substr(at, named - at);
        const std::size_t end = text.find(std::string(kEnd).append(label).append(kDashes), named);
        if (end == std::string_view::npos) return Unexpected{Message{"cms.pem_cut_off"}};
        at = end;
        if (label.ends_with("CERTIFICATE") || label.ends_with("PRIVATE KEY")) {
            has_other = true;
            continue;
        }
        if (content) return Unexpected{Message{"cms.several"}};
        content = text.substr(named + kDashes.size(), end - named - kDashes.size());
    }
    if (content) return *std::move(content);
    if (has_other) return Unexpected{Message{"cms.certificate_or_key"}};
    return std::string();
}

Found decoded_base64(std::string_view text) {
    std::string packed;
    for (const char c : text) {
        const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
        if (!is_space) packed += c;
    }
    const auto bytes = platform::from_base64(packed);
    if (!bytes || bytes->empty()) return no_signature();
    return *bytes;
}

/// Where an answer of NCALayer may have its signatures, from the outside in.
constexpr auto kMembers = std::to_array<std::string_view>(
    {"body", "result", "responseObject", "signatures", "signature", "cms"});

/// The one signature in an answer: a text, a list of one, or an object that has it.
Found signature_in(const JsonValue& answer) {
    const JsonValue* at = &answer;
    for (int depth = 0; depth < kLayersMax; ++depth) {
        if (const std::string* const text = at->string()) return *text;
        if (const platform::JsonArray* const list = at->array()) {
            if (list->empty()) return Unexpected{Message{"cms.answer_without_signature"}};
            if (list->size() > 1)
                return Unexpected{Message{"cms.count", {{"count", list->size()}}}};
            at = &list->front();
            continue;
        }
        const JsonValue* inner = nullptr;
        for (const std::string_view name : kMembers) {
            if (inner == nullptr) inner = at->find(name);
        }
        if (inner == nullptr) break;
        at = inner;
    }
    return Unexpected{Message{"cms.json_without_signature"}};
}

Found signature_in_json(std::string_view text) {
    const auto json = platform::read_json(text, kAnswerJson);
    if (!json) return Unexpected{Message{"cms.bad_json", {{"why", as_json(json.error())}}}};
    return signature_in(*json);
}

/// Takes one wrapping off a text.
Found unwrapped(const std::string& bytes) {
    const std::string text = plain_text(bytes);
    const std::string_view inside = trimmed(text);
    if (inside.empty()) return Unexpected{Message{"cms.empty"}};
    if (inside.find_first_of("[{\"") == 0) return signature_in_json(inside);
    const std::string plain = without_escapes(inside);
    Found block = pem_content(plain);
    if (!block) return block;
    return decoded_base64(block->empty() ? std::string_view(plain) : std::string_view(*block));
}

}  // namespace

Found cms_of(std::string_view file) {
    std::string bytes(file);
    for (int layer = 0; layer < kLayersMax && !is_der(bytes); ++layer) {
        Found inner = unwrapped(bytes);
        if (!inner) return inner;
        bytes = *std::move(inner);
    }
    if (!is_der(bytes)) return no_signature();
    if (bytes.size() > platform::kCmsBytesMax) return Unexpected{Message{"cms.too_long"}};
    return bytes;
}

}  // namespace tizilim::agent
