# cmake -DSOURCE=… -DPATCH=… -DOUTPUT=… -P apply.cmake: the source with the bug that the patch plants.
execute_process(COMMAND patch --quiet --fuzz=0 --output=${OUTPUT} ${SOURCE} ${PATCH}
    RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
file(REMOVE ${OUTPUT}.rej ${OUTPUT}.orig)
if(failed)
    file(REMOVE ${OUTPUT})
    message(FATAL_ERROR "${PATCH} no longer applies to ${SOURCE}: ${said}\n"
        "The code around the planted bug has changed: make the same mistake in the new code, and "
        "write the patch anew (`git diff -U2 FILE`).")
endif()
