# Makes a C++ source of the report's page: cmake -Dout=FILE -Dhtml=FILE -Dstyles=A|B -Dscripts=A|B -Dfont=FILE -P embed.cmake
# Hashes are of the bytes between <style> or <script> and their ends, for the page's content security policy.
function(join_files result files)
  string(REPLACE "|" ";" files "${files}")
  set(all "\n")
  foreach(file ${files})
    file(READ ${file} text)
    string(APPEND all "${text}")
  endforeach()
  set(${result} "${all}" PARENT_SCOPE)
endfunction()

file(READ ${html} page)
join_files(style "${styles}")
join_files(script "${scripts}")
set(script "\n(() => {\n\"use strict\";${script}})();\n")
string(SHA256 style_hash "${style}")
string(SHA256 script_hash "${script}")
# Cut into literals well below any compiler's limit.
function(literal result text)
  string(LENGTH "${text}" length)
  set(out "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 12000 part)
    string(APPEND out "R\"picker_page(${part})picker_page\"\n")
    math(EXPR at "${at} + 12000")
  endwhile()
  set(${result} "${out}" PARENT_SCOPE)
endfunction()
literal(page_literal "${page}")
literal(style_literal "${style}")
literal(script_literal "${script}")
file(READ ${font} font_digits HEX)
string(REGEX REPLACE "(..)" "0x\\1," font_bytes "${font_digits}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" font_bytes "${font_bytes}")
file(WRITE ${out} "// Made by embed.cmake from the files in src/report/page.
#include \"report/page_files.hpp\"

namespace picker {
const PageFiles page_files = {${page_literal},
${style_literal},
${script_literal},
\"${style_hash}\", \"${script_hash}\"};
const unsigned char font_bytes[] = {
${font_bytes}};
} // namespace picker
")
