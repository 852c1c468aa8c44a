/// Linked into the programs that are confined, where they are built with sanitizers: these look for
/// leaks at the end, from a process that they fork, and no confined program can.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}
