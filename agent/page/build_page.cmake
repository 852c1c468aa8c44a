# Builds the page into one C++ file, on a copy in the build folder: the source tree stays as it is.
# cmake -D SOURCE=agent -D TARGET=FOLDER -D FILE=page_files.cpp -D NODE=… -D NPM=… -P build_page.cmake
foreach(program NODE NPM)
    if(NOT EXISTS "${${program}}")
        message(FATAL_ERROR "node and npm are needed for the page: install the packages nodejs and npm, then "
            "configure again")
    endif()
endforeach()

function(run)
    execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${TARGET}/page RESULT_VARIABLE failed
        OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(failed)
        message(FATAL_ERROR "${said}\nthe page was not built: ${ARGN}")
    endif()
endfunction()

# What was there may be there no more.
file(GLOB before ${TARGET}/page/*)
list(FILTER before EXCLUDE REGEX "/(node_modules|installed-[0-9a-f]+)$")
if(before)
    file(REMOVE_RECURSE ${before})
endif()
file(COPY ${SOURCE}/page DESTINATION ${TARGET} PATTERN node_modules EXCLUDE)
file(REMOVE_RECURSE ${TARGET}/api)
file(COPY ${SOURCE}/api/description DESTINATION ${TARGET}/api)
file(COPY ${SOURCE}/texts DESTINATION ${TARGET} FILES_MATCHING PATTERN *.po PATTERN *.pot)

file(SHA256 ${SOURCE}/page/package-lock.json hash)
if(NOT EXISTS ${TARGET}/page/installed-${hash})
    run(${NPM} ci --ignore-scripts)
    file(TOUCH ${TARGET}/page/installed-${hash})
endif()

run(${NODE} api/from_description.mjs)
run(${NODE} node_modules/typescript/bin/tsc)
run(${NODE} build.mjs ${TARGET}/built)
run(${NODE} embed.mjs ${TARGET}/built ${FILE})
