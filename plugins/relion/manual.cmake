# Writes what `picker_relion --help` prints as its manual page: cmake -DPROGRAM=program -DFILE=page -P manual.cmake
execute_process(COMMAND ${PROGRAM} --help OUTPUT_VARIABLE help COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${PROGRAM} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\\" "\\e" help "${help}")
string(REPLACE "-" "\\-" help "${help}")
string(REPLACE "'" "\\(aq" help "${help}")
string(REPLACE "`" "\\(ga" help "${help}")
string(REPLACE "^" "\\(ha" help "${help}")
string(REPLACE "~" "\\(ti" help "${help}")
string(REGEX REPLACE "(^|\n)\\." "\\1\\\\&." help "${help}") # a point that opens a line opens a request
file(WRITE ${FILE} ".TH \"PICKER_RELION\" 1 \"\" \"${version}\" \"libpicker\"
.SH NAME
picker_relion \\- particle picking and training as external jobs of RELION
.SH SYNOPSIS
.nf
${help}.fi
.SH SEE ALSO
\\fBpicker\\fR(1)
")
