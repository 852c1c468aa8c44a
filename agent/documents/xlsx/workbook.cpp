#include "agent/documents/xlsx/workbook.h"

#include "agent/documents/csv/csv_text.h"
#include "agent/documents/xlsx/number_format.h"
#include "agent/documents/xlsx/sheet_cells.h"
#include "agent/documents/xlsx/xml_events.h"
#include "agent/documents/xlsx/zip_parts.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/owner/import_rows.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::Message;
using platform::Unexpected;

template <class T>
using Read = platform::Expected<T, Message>;

/// Rows of titles and headings above those of the register.
constexpr std::uint64_t kRowsMax = store::kImportRowsMax + 200;
constexpr std::size_t kSheetsMax = 255;
constexpr std::size_t kFormatsMax = 65'536;

std::uint32_t number_in(const std::string& text) {
    std::uint32_t number = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// Where the parts are to which a part refers: by kind and by id.
class Relations final : public XmlEvents {
public:
    void begin(std::string_view name, const XmlAttributes& attributes) override {
        if (name != "Relationship") return;
        const std::string& type = attributes["Type"];
        by_kind_.emplace(type.substr(type.rfind('/') + 1), attributes["Target"]);
        by_id_.emplace(attributes["Id"], attributes["Target"]);
    }
    void end(std::string_view /*name*/) override {}
    void text(std::string_view /*part*/) override {}

    [[nodiscard]] std::string of_kind(std::string_view kind) const { return at(by_kind_, kind); }
    [[nodiscard]] std::string of_id(std::string_view id) const { return at(by_id_, id); }

private:
    using Targets = std::map<std::string, std::string, std::less<>>;
    static std::string at(const Targets& targets, std::string_view key) {
        const auto found = targets.find(key);
        return found == targets.end() ? std::string() : found->second;
    }
    Targets by_kind_;
    Targets by_id_;
};

struct SheetName {
    std::string name;
    std::string relation;
    bool hidden = false;
};

class WorkbookList final : public XmlEvents {
public:
    void begin(std::string_view name, const XmlAttributes& attributes) override {
        const std::string& state = attributes["state"];
        if (name == "sheet" && sheets.size() < kSheetsMax)
            sheets.push_back(
                {attributes["name"], attributes["id"], state == "hidden" || state == "veryHidden"});
        if (name != "workbookPr") return;
        const std::string& since = attributes["date1904"];
        since_1904 = since == "1" || since == "true";
    }
    void end(std::string_view /*name*/) override {}
    void text(std::string_view /*part*/) override {}

    std::vector<SheetName> sheets;
    bool since_1904 = false;
};

class SharedTexts final : public XmlEvents {
public:
    void begin(std::string_view name, const XmlAttributes& /*attributes*/) override {
        runs_.begin(name);
    }
    void end(std::string_view name) override {
        runs_.end(name);
        if (name == "si") texts.push_back(runs_.take());
    }
    void text(std::string_view part) override { runs_.add(part); }

    std::vector<std::string> texts;

private:
    TextRuns runs_;
};

class Styles final : public XmlEvents {
public:
    void begin(std::string_view name, const XmlAttributes& attributes) override {
        if (name == "numFmts") in_formats_ = true;
        if (name == "cellXfs") in_cells_ = true;
        if (in_formats_ && name == "numFmt" && own_.size() < kFormatsMax)
            own_[number_in(attributes["numFmtId"])] = format_of(attributes["formatCode"]);
        if (!in_cells_ || name != "xf" || formats.size() >= kFormatsMax) return;
        const std::uint32_t id = number_in(attributes["numFmtId"]);
        const auto own = own_.find(id);
        formats.push_back(own == own_.end() ? built_in_format(id) : own->second);
    }
    void end(std::string_view name) override {
        if (name == "numFmts") in_formats_ = false;
        if (name == "cellXfs") in_cells_ = false;
    }
    void text(std::string_view /*part*/) override {}

    std::vector<NumberFormat> formats;

private:
    std::map<std::uint32_t, NumberFormat> own_;
    bool in_formats_ = false;
    bool in_cells_ = false;
};

/// The folder of a part: "xl/" of "xl/workbook.xml".
std::string folder_of(std::string_view part) {
    return std::string(part.substr(0, part.rfind('/') + 1));
}

class Workbook {
public:
    explicit Workbook(ZipParts parts) : parts_(std::move(parts)) {}

    [[nodiscard]] std::optional<Message> open() {
        Relations package;
        if (auto wrong = read("_rels/.rels", package)) return wrong;
        const std::string target = package.of_kind("officeDocument");
        book_ = target.substr(target.starts_with('/') ? 1 : 0);
        if (part_name(book_).ends_with(".bin")) return Message{"import.xlsx_binary"};
        if (!parts_.has(book_)) return Message{"import.xlsx_no_workbook"};
        const std::string file = book_.substr(folder_of(book_).size());
        if (auto wrong = read(folder_of(book_) + "_rels/" + file + ".rels", relations_))
            return wrong;
        return read(book_, list_);
    }

    [[nodiscard]] Read<Sheet> sheet(std::string_view name) {
        auto cells = name.empty() ? only_sheet() : named_sheet(name);
        if (!cells) return Unexpected{cells.error()};
        Sheet sheet = *std::move(cells);
        sheet.since_1904 = list_.since_1904;
        SharedTexts texts;
        Styles styles;
        if (auto wrong = read_kind("sharedStrings", texts)) return Unexpected{*std::move(wrong)};
        if (auto wrong = read_kind("styles", styles)) return Unexpected{*std::move(wrong)};
        sheet.shared = std::move(texts.texts);
        sheet.formats = std::move(styles.formats);
        return sheet;
    }

private:
    /// What is not there is empty.
    [[nodiscard]] std::optional<Message> read(const std::string& part, XmlEvents& events) {
        const auto xml = parts_.read(part);
        if (!xml) return xml.error();
        const std::optional<std::string>& text = *xml;
        return text ? read_xml(part, *text, events) : std::nullopt;
    }
    [[nodiscard]] std::string part_of(const std::string& target) const {
        return target.starts_with('/') ? target.substr(1) : folder_of(book_) + target;
    }
    [[nodiscard]] std::optional<Message> read_kind(std::string_view kind, XmlEvents& events) {
        const std::string target = relations_.of_kind(kind);
        if (target.empty()) return {};
        return read(part_of(target), events);
    }

    [[nodiscard]] Read<Sheet> cells_of(const SheetName& of) {
        const std::string part = part_of(relations_.of_id(of.relation));
        if (!parts_.has(part)) return Unexpected{damaged_at(part)};
        SheetCells cells(kRowsMax);
        if (auto wrong = read(part, cells)) return Unexpected{*std::move(wrong)};
        const Place at = cells.broken_at();
        switch (cells.broken()) {
            case SheetCells::Broken::no:
                break;
            case SheetCells::Broken::order:
                return Unexpected{damaged_at(part)};
            case SheetCells::Broken::columns:
                return Unexpected{
                    Message{"import.xlsx_columns",
                            {{"cell", cell_name(at.column, at.row)}, {"max", kSheetColumnsMax}}}};
            case SheetCells::Broken::rows:
            case SheetCells::Broken::cells:
                return Unexpected{
                    Message{"import.too_many_rows", {{"max", store::kImportRowsMax}}}};
        }
        return Sheet{.name = of.name,
                     .rows = std::move(cells.rows()),
                     .merged = std::move(cells.merged()),
                     .shared = {},
                     .formats = {}};
    }

    [[nodiscard]] Read<Sheet> named_sheet(std::string_view name) {
        platform::JsonArray all;
        for (const SheetName& sheet : list_.sheets) {
            if (sheet.name == name) {
                auto cells = cells_of(sheet);
                if (cells && cells->rows.empty())
                    return Unexpected{Message{"import.xlsx_sheet_empty", {{"sheet", name}}}};
                return cells;
            }
            all.emplace_back(sheet.name);
        }
        return Unexpected{
            Message{"import.xlsx_no_sheet", {{"sheet", name}, {"sheets", std::move(all)}}}};
    }

    /// Hidden ones hold what a spreadsheet's author works with, such as lists to choose from.
    [[nodiscard]] Read<Sheet> only_sheet() {
        platform::JsonArray filled;
        std::optional<Read<Sheet>> only;
        for (const SheetName& name : list_.sheets) {
            const bool has_cells = parts_.has(part_of(relations_.of_id(name.relation)));
            if (name.hidden || !has_cells) continue;
            auto cells = cells_of(name);
            if (cells && cells->rows.empty()) continue;
            filled.emplace_back(name.name);
            if (!only) only = std::move(cells);
        }
        if (!only) return Unexpected{Message{"import.xlsx_empty"}};
        if (filled.size() > 1)
            return Unexpected{Message{"import.xlsx_choose_sheet", {{"sheets", std::move(filled)}}}};
        return *std::move(only);
    }

    ZipParts parts_;
    std::string book_;
    Relations relations_;
    WorkbookList list_;
};

/// A workbook with a password is a file of OLE, in which names are UTF-16.
bool has_password(std::string_view bytes) {
    std::string name;
    for (const char c : std::string_view("EncryptedPackage")) name.append({c, '\0'});
    return bytes.find(name) != std::string_view::npos;
}

}  // namespace

Read<Sheet> read_sheet(std::string_view bytes, std::string_view name) {
    const auto text = utf8_text(bytes);
    if (text) return Unexpected{Message{"import.xlsx_no_workbook"}};
    const Message& what = text.error().error.message;
    if (what.code == "import.old_excel" && has_password(bytes))
        return Unexpected{Message{"import.xlsx_password"}};
    if (what.code != "import.excel") return Unexpected{what};
    auto parts = ZipParts::of(bytes);
    if (!parts) return Unexpected{parts.error()};
    Workbook workbook(*std::move(parts));
    if (auto wrong = workbook.open()) return Unexpected{*std::move(wrong)};
    return workbook.sheet(name);
}

}  // namespace tizilim::agent
