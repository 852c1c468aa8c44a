# cmake -D OUT=FILE.cpp -D KAZAKH=FILE -D RUSSIAN=FILE -D ENGLISH=FILE -P embed.cmake
# Writes the compiled catalogues as C++, so that the programs carry them.
set(code "#include \"agent/texts/catalogue.h\"\n\nnamespace tizilim::agent {\nnamespace {\n")
set(made "")
foreach(language KAZAKH RUSSIAN ENGLISH)
    file(READ "${${language}}" bytes HEX)
    string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
    # Sixteen a line: editors and compilers choke on one.
    string(REPEAT "......." 16 sixteen)
    string(REGEX REPLACE "(${sixteen})" "\\1\n" bytes "${bytes}")
    string(APPEND code "\nconstexpr char ${language}[] = {\n${bytes}};\n")
    string(SUBSTRING "${language}" 1 -1 rest)
    string(TOLOWER "${rest}" rest)
    string(SUBSTRING "${language}" 0 1 first)
    string(APPEND made "const Catalogue k${first}${rest}{std::string_view(${language}, sizeof ${language})};\n")
endforeach()
file(WRITE "${OUT}" "${code}\n}  // namespace\n\n${made}\n}  // namespace tizilim::agent\n")
