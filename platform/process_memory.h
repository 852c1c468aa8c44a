#pragma once

namespace tizilim::platform {

/// From now on the system writes no image of this process to a disk when it crashes, and no other
/// process of the same user may look into its memory. First thing in each program that holds
/// secrets; children of a fork() keep it, programs that are started do not.
void keep_memory_private();

/// Threads that wait most of the time share what memory they free. Before the first thread.
void keep_memory_small();

}  // namespace tizilim::platform
