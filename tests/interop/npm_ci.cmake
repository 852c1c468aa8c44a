# Copies a folder into the build folder, and brings there what its lock file names, once for each
# state of that. The source tree stays as it is. Run by ctest: cmake -D SOURCE=… -D TARGET=… -D NPM=…
# -P npm_ci.cmake
if(NOT EXISTS "${NPM}")
    message(FATAL_ERROR "npm was not found: install the packages nodejs and npm, then configure again")
endif()
file(SHA256 ${SOURCE}/package-lock.json hash)
set(stamp ${TARGET}/installed-${hash})
file(COPY ${SOURCE}/ DESTINATION ${TARGET} PATTERN node_modules EXCLUDE)
if(EXISTS ${stamp})
    return()
endif()
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund
    WORKING_DIRECTORY ${TARGET} RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "npm ci failed in ${TARGET}: is the npm registry reachable?")
endif()
file(GLOB old_stamps ${TARGET}/installed-*)
if(old_stamps)
    file(REMOVE ${old_stamps})
endif()
file(TOUCH ${stamp})
