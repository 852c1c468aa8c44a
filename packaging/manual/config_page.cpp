#include "packaging/manual/config_page.h"

#include "agent/config/config_check.h"
#include "agent/config/config_keys.h"
#include "packaging/manual/key_texts.h"
#include "packaging/manual/man_page.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::manual {
namespace {

/// In the order of the configuration's table, by section.
std::vector<KeyText> texts_in_order() {
    std::vector<agent::KeyName> keys = agent::all_keys();
    std::vector<KeyText> texts;
    for (const agent::KeyName& key : keys) {
        const auto found = std::ranges::find_if(key_texts(), [&](const KeyText& text) {
            return text.section == key.section && text.name == key.name;
        });
        if (found == key_texts().end())
            throw std::runtime_error("packaging/manual/key_texts.cpp lacks the key " +
                                     std::string(key.section) + '.' + std::string(key.name));
        texts.push_back(*found);
    }
    if (texts.size() != key_texts().size())
        throw std::runtime_error("packaging/manual/key_texts.cpp has a key that there is not");
    return texts;
}

std::string commented(std::string_view text) {
    constexpr std::size_t kCells = 90;
    std::string out;
    while (!text.empty()) {
        std::size_t end = text.size();
        if (end > kCells) end = std::min(text.rfind(' ', kCells), text.size());
        out.append("# ").append(text.substr(0, end)).append("\n");
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace

std::string config_page(std::string_view day) {
    ManPage page("tizilim.conf", 5, day);
    page.name_and_purpose("tizilim.conf", "configuration of tizilim and tizilimd");
    page.heading("DESCRIPTION");
    page.paragraph(
        "Sections in brackets, and in each of them lines key = value. A line that begins "
        "with # or ; is a comment. A fault is named with its line, and tizilimd(8) does "
        "not start; tizilimd --check-config only looks. A relative path begins at the "
        "folder of the file. Every key may be left out.");
    std::string_view section;
    for (const KeyText& key : texts_in_order()) {
        if (key.section != section) page.heading('[' + std::string(key.section) + ']');
        section = key.section;
        page.term(key.name,
                  std::string(key.text) + " Without it: " + std::string(key.standard) + '.');
    }
    page.heading("FILES");
    page.paragraph(
        "--config, else $TIZILIM_CONFIG, else ~/.config/tizilim/tizilim.conf, else "
        "/etc/tizilim/tizilim.conf.");
    page.heading("SEE ALSO");
    page.paragraph("tizilim(1), tizilimd(8)");
    return page.text();
}

std::string example_config() {
    std::string out = commented(
        "Every key of tizilim.conf(5), with an example. Take the # away from what is to "
        "stand. For the system's service: /etc/tizilim/tizilim.conf, root:tizilim, 0640.");
    std::string_view section;
    for (const KeyText& key : texts_in_order()) {
        if (key.section != section) out.append("\n[").append(key.section).append("]\n");
        section = key.section;
        out += commented(std::string(key.text) + " Without it: " + std::string(key.standard) + '.');
        out.append("#").append(key.name).append(" = ").append(key.example).append("\n");
    }
    return out;
}

}  // namespace tizilim::manual
