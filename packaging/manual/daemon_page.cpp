#include "packaging/manual/daemon_page.h"

#include "agent/texts/words.h"
#include "packaging/manual/man_page.h"

#include <string>
#include <string_view>

namespace tizilim::manual {

std::string daemon_page(std::string_view day) {
    ManPage page("tizilimd", 8, day);
    page.name_and_purpose("tizilimd", "keeps an advocate's register and delivers it");
    page.heading("SYNOPSIS");
    page.example("tizilimd [OPTIONS]");
    page.heading("DESCRIPTION");
    page.paragraph(agent::english({"daemon.help"}));
    page.paragraph(
        "It starts two programs and watches over them: tizilim-register, which has the "
        "register and no network, and tizilim-sync, which has the network and no "
        "register. It runs in the foreground and writes its log to standard error.");
    page.heading("OPTIONS");
    page.term("-c FILE, --config=FILE", agent::english({"daemon.help_config"}));
    page.term("--check-config", agent::english({"daemon.help_check_config"}));
    page.term("--version", agent::english({"daemon.help_version"}));
    page.term("-h, --help", agent::english({"daemon.help_help"}));
    page.heading("SIGNALS");
    page.term("SIGTERM", "Ends it within 5 seconds.");
    page.term("SIGHUP", "Reads the configuration again, and delivers by it.");
    page.heading("SERVICES");
    page.paragraph("For one person's session, as that person:");
    page.example("systemctl --user enable --now tizilim");
    page.paragraph(
        "For the machine, with /etc/tizilim/tizilim.conf, for the members of the group "
        "tizilim:");
    page.example("systemctl enable --now tizilim");
    page.paragraph(
        "For one of several registers, with /etc/tizilim/NAME.conf, as the account "
        "tizilim-NAME, for the members of its group:");
    page.example("systemctl enable --now tizilim@NAME");
    page.heading("EXIT STATUS");
    page.term("0", "It was asked to end.");
    page.term("1", "It could not go on: the log says why.");
    page.term("2", "The configuration is wrong.");
    page.heading("SEE ALSO");
    page.paragraph("tizilim(1), tizilim.conf(5)");
    return page.text();
}

}  // namespace tizilim::manual
