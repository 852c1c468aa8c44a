#include "agent/documents/xlsx/xml_events.h"

#include "agent/documents/xlsx/zip_parts.h"
#include "platform/text/message.h"

#include <Poco/Exception.h>
#include <Poco/SAX/Attributes.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/LexicalHandler.h>
#include <Poco/SAX/SAXParser.h>
#include <Poco/SAX/XMLReader.h>
#include <Poco/XML/XMLString.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using Poco::XML::XMLReader;
using Poco::XML::XMLString;

std::string_view without_prefix(std::string_view name) {
    return name.substr(name.find(':') + 1);
}

/// Hands on elements and texts. Nothing is thrown through the parser, which is written in C: after
/// a document type the rest is not looked at.
// NOLINTNEXTLINE(cppcoreguidelines-special-member-functions): the library's bases decide that
class Handler : public Poco::XML::DefaultHandler, public Poco::XML::LexicalHandler {
public:
    explicit Handler(XmlEvents& events) : events_(events) {}
    [[nodiscard]] bool has_document_type() const { return has_document_type_; }

    void startElement(const XMLString& /*uri*/, const XMLString& /*local*/, const XMLString& name,
                      const Poco::XML::Attributes& attributes) override {
        if (has_document_type_) return;
        XmlAttributes all;
        for (int i = 0; i < attributes.getLength(); ++i)
            all.add(without_prefix(attributes.getQName(i)), attributes.getValue(i));
        events_.begin(without_prefix(name), all);
    }
    void endElement(const XMLString& /*uri*/, const XMLString& /*local*/,
                    const XMLString& name) override {
        if (!has_document_type_) events_.end(without_prefix(name));
    }
    void characters(const Poco::XML::XMLChar text[], int start, int length) override {
        if (!has_document_type_) events_.text({text + start, static_cast<std::size_t>(length)});
    }

    void startDTD(const XMLString& /*name*/, const XMLString& /*public_id*/,
                  const XMLString& /*system_id*/) override {
        has_document_type_ = true;
    }
    void endDTD() override {}
    void startEntity(const XMLString& /*name*/) override {}
    void endEntity(const XMLString& /*name*/) override {}
    void startCDATA() override {}
    void endCDATA() override {}
    void comment(const Poco::XML::XMLChar /*text*/[], int /*start*/, int /*length*/) override {}

private:
    XmlEvents& events_;
    bool has_document_type_ = false;
};

}  // namespace

void XmlAttributes::add(std::string_view name, std::string value) {
    all_.emplace_back(name, std::move(value));
}

const std::string& XmlAttributes::operator[](std::string_view name) const {
    static const std::string none;
    for (const auto& [known, value] : all_)
        if (known == name) return value;
    return none;
}

std::optional<platform::Message> read_xml(std::string_view name, std::string_view xml,
                                          XmlEvents& events) {
    Handler handler(events);
    bool well_formed = true;
    try {
        Poco::XML::SAXParser parser;
        parser.setFeature(XMLReader::FEATURE_EXTERNAL_GENERAL_ENTITIES, false);
        parser.setFeature(XMLReader::FEATURE_EXTERNAL_PARAMETER_ENTITIES, false);
        parser.setFeature(XMLReader::FEATURE_NAMESPACES, false);
        parser.setFeature(XMLReader::FEATURE_NAMESPACE_PREFIXES, true);
        parser.setContentHandler(&handler);
        parser.setProperty(XMLReader::PROPERTY_LEXICAL_HANDLER,
                           static_cast<Poco::XML::LexicalHandler*>(&handler));
        parser.parseMemoryNP(xml.data(), xml.size());
    } catch (const Poco::Exception&) {
        well_formed = false;
    }
    if (handler.has_document_type())
        return platform::Message{"import.xlsx_doctype", {{"part", name}}};
    if (!well_formed) return damaged_at(name);
    return {};
}

}  // namespace tizilim::agent
