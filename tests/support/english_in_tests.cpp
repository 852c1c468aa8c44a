// What exceptions say is tested in English, as the programs say it.
#include "agent/texts/words.h"
#include "platform/text/message.h"

namespace tizilim::test {
namespace {

const bool installed = [] {
    platform::install_english(agent::english);
    return true;
}();

}  // namespace
}  // namespace tizilim::test
