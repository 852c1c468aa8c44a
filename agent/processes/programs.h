#pragma once

#include "platform/process/child_process.h"

#include <string_view>

namespace tizilim::agent {

/// They stand in one folder, `tizilimd` beside them.
inline constexpr std::string_view kRegisterProgram = "tizilim-register";
inline constexpr std::string_view kSyncProgram = "tizilim-sync";

/// What each is started with: the configuration's file, where there is one, and the process id of
/// tizilimd. The first descriptor of both is an end of a pair with tizilimd, for orders.h.
inline constexpr std::string_view kConfigFlag = "--config";
inline constexpr std::string_view kParentFlag = "--parent";
inline constexpr int kOrdersDescriptor = platform::kFirstHandedOver;
/// Of tizilim-sync: its end of the pair with tizilim-register.
inline constexpr int kReplicationDescriptor = kOrdersDescriptor + 1;
/// Of tizilim-register: its listening sockets.
inline constexpr int kControlDescriptor = kOrdersDescriptor + 1;
inline constexpr int kStatusPortDescriptor = kOrdersDescriptor + 2;

/// How they end; tizilimd ends with the code of tizilim-register.
inline constexpr int kEndedAsAsked = 0;
inline constexpr int kRefused = 1;
inline constexpr int kBadConfiguration = 2;

}  // namespace tizilim::agent
