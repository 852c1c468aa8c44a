// The key of a register is opened with, never shown or compared.
#include "platform/files/key_store.h"
#include "platform/text/json.h"
#include "platform/text/log.h"

#include <cereal/archives/binary.hpp>
#include <cereal/types/array.hpp>

#include <array>
#include <cstddef>
#include <ostream>
#include <string>

namespace tizilim {

void control(std::ostream& out) {
    const platform::MasterKey key{std::array<std::byte, platform::MasterKey::kBytes>{}};
    const platform::MasterKey copy = key;
    const std::array<int, 2> open{1, 2};
    cereal::BinaryOutputArchive archive(out);
    archive(open);
    out << copy.bytes().size();
}

void gates(std::ostream& out, const platform::MasterKey& key) {
    (void)out;
    (void)key;
// gate printed: no match for 'operator<<'
#ifdef printed
    out << key;
#endif
// gate compared: no match for 'operator=='
#ifdef compared
    (void)(key == key);
#endif
// gate archived: cereal could not find any output serialization functions
#ifdef archived
    cereal::BinaryOutputArchive archive(out);
    archive(key);
#endif
// gate logged: could not convert 'key'
#ifdef logged
    platform::LogField field{"key", key};
#endif
// gate made_json: no match for 'operator='
#ifdef made_json
    const platform::JsonValue value{key};
#endif
// gate made_of_nothing: no matching function for call to 'tizilim::platform::MasterKey::MasterKey
#ifdef made_of_nothing
    const platform::MasterKey empty;
#endif
// gate made_unasked: conversion from
#ifdef made_unasked
    const platform::MasterKey made = std::array<std::byte, platform::MasterKey::kBytes>{};
#endif
}

}  // namespace tizilim
