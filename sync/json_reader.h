#pragma once

#include "platform/json_reader.h"

namespace tizilim::sync {

using platform::JsonBounds;
using platform::read_json;

}  // namespace tizilim::sync
