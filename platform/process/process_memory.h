#pragma once

namespace tizilim::platform {

/// From now on the system writes no core dump of this process, and other processes of the same user
/// can't read its memory. First thing in each program that holds secrets; children of fork() keep
/// it, programs that are started do not.
void keep_memory_private();

/// Threads that wait most of the time share what memory they free. Before the first thread.
void keep_memory_small();

/// To the system what was freed: the C library would keep it for the next burst of work. For a
/// thread that comes to rest; takes up to some milliseconds.
void give_memory_back();

}  // namespace tizilim::platform
