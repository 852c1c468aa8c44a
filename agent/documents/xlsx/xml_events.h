#pragma once

#include "platform/text/message.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {

/// Attributes of an element, without the prefixes of their namespaces.
class XmlAttributes {
public:
    void add(std::string_view name, std::string value);
    /// Empty when there is none.
    [[nodiscard]] const std::string& operator[](std::string_view name) const;

private:
    std::vector<std::pair<std::string, std::string>> all_;
};

/// What is read of an XML document, in its order; names are without prefixes.
class XmlEvents {
public:
    XmlEvents() = default;
    virtual ~XmlEvents() = default;
    XmlEvents(const XmlEvents&) = delete;
    XmlEvents& operator=(const XmlEvents&) = delete;

    virtual void begin(std::string_view name, const XmlAttributes& attributes) = 0;
    virtual void end(std::string_view name) = 0;
    virtual void text(std::string_view part) = 0;
};

/// Reads `xml`, the part `name` of a workbook. Returns what is wrong with it: no well-formed XML,
/// or a document type, which no workbook has and by which entities could be made or fetched.
[[nodiscard]] std::optional<platform::Message> read_xml(std::string_view name, std::string_view xml,
                                                        XmlEvents& events);

}  // namespace tizilim::agent
