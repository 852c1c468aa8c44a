#include "agent/config/config.h"
#include "agent/config/config_error.h"
#include "agent/config/places.h"
#include "agent/daemon/supervisor.h"
#include "agent/processes/programs.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/process/process_memory.h"
#include "platform/process/signals.h"
#include "platform/process/standard_files.h"
#include "platform/process/this_program.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionSet.h>
#include <Poco/Util/ServerApplication.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

/// `tizilimd`: in the foreground, or with --daemon as Poco's ServerApplication does it.
class Application final : public Poco::Util::ServerApplication {
protected:
    void defineOptions(Poco::Util::OptionSet& options) override {
        using Poco::Util::Option;
        ServerApplication::defineOptions(options);
        options.addOption(Option("config", "c", english({"daemon.help_config"})).argument("FILE"));
        options.addOption(Option("check-config", "", english({"daemon.help_check_config"})));
        options.addOption(Option("version", "", english({"daemon.help_version"})));
        options.addOption(Option("help", "h", english({"daemon.help_help"})));
    }

    void handleOption(const std::string& name, const std::string& value) override {
        ServerApplication::handleOption(name, value);
        if (name == "config") config_ = value;
        if (name == "check-config") check_only_ = true;
        if (name == "version") version_ = true;
        if (name == "help") help_ = true;
        if (name == "help" || name == "version") stopOptionsProcessing();
    }

    /// Before --daemon changes the working directory.
    void initialize(Poco::Util::Application& self) override {
        ServerApplication::initialize(self);
        places_ = find_places(config_, process_environment());
        programs_ = platform::this_program().parent_path();
    }

    int main(const std::vector<std::string>& arguments) override {
        if (help_) return print_help();
        if (version_) {
            std::cout << "tizilimd " TIZILIM_VERSION "\n";
            return 0;
        }
        if (!arguments.empty()) {
            std::cerr << english({"daemon.options_only"}) << '\n';
            return kBadConfiguration;
        }
        try {
            return start();
        } catch (const ConfigError& error) {
            std::cerr << error.what() << '\n';
            return kBadConfiguration;
        }
    }

private:
    int print_help() const {
        Poco::Util::HelpFormatter help(options());
        help.setCommand("tizilimd");
        help.setUsage("[OPTIONS]");
        help.setHeader(english({"daemon.help"}));
        help.setUnixStyle(true);
        help.format(std::cout);
        return 0;
    }

    int start() const {
        Configuration configuration = load_configuration(places_);
        if (check_only_) {
            std::cout << english({"daemon.configuration_fine"}) << '\n';
            return 0;
        }
        platform::hold_signals();
        const platform::SystemClock clock;
        platform::Log log(std::cerr, clock, platform::LogLevel::info, "tizilimd");
        try {
            return Supervisor(places_, std::move(configuration), programs_, log).run();
        } catch (const platform::MessageError& error) {
            std::cerr << "tizilimd: " << error.what() << '\n';
        } catch (const std::filesystem::filesystem_error& error) {
            std::cerr << "tizilimd: "
                      << english({"file.path_unusable",
                                  {{"path", error.path1().string()},
                                   {"system", as_json(platform::system_message(error.code()))}}})
                      << '\n';
        }
        return kRefused;
    }

    std::string config_;
    Places places_;
    std::filesystem::path programs_;  ///< where those that it starts are
    bool check_only_ = false;
    bool version_ = false;
    bool help_ = false;
};

}  // namespace
}  // namespace tizilim::agent

int main(int argument_count, char** arguments) {
    tizilim::platform::open_standard_files();
    tizilim::platform::keep_memory_private();
    tizilim::platform::keep_memory_small();
    tizilim::platform::install_english(tizilim::agent::english);
    tizilim::agent::Application application;
    return application.run(argument_count, arguments);
}
