#include "agent/admin/admin.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/curl/curl_transport.h"
#include "platform/process/process_memory.h"
#include "platform/process/standard_files.h"
#include "platform/process/terminal.h"
#include "platform/random.h"
#include "platform/text/message.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <stop_token>

int main(int argument_count, char** arguments) {
    namespace platform = tizilim::platform;
    namespace admin = tizilim::admin;
    platform::open_standard_files();
    platform::keep_memory_private();
    platform::install_english(tizilim::agent::english);
    const platform::SystemClock clock;
    platform::SystemRandom random;
    admin::Surroundings around{
        .in = std::cin,
        .out = std::cout,
        .err = std::cerr,
        .transport =
            [](const std::filesystem::path& ca_file) {
                return std::make_unique<platform::CurlTransport>(
                    platform::CurlOptions{
                        .ca_file = ca_file, .client_certificate = {}, .proxy = {}},
                    std::stop_token{});
            },
        .clock = clock,
        .random = random};
    if (platform::input_is_terminal()) around.ask_secret = platform::ask_secret;
    return admin::run_admin({arguments + 1, arguments + argument_count}, around);
}
