# Writes what `picker` prints as its manual pages and completions: cmake -DPICKER=program -DFOLDER=folder -P manual.cmake
# FOLDER then has man1/, bash/picker, zsh/_picker and fish/picker.fish.
function(write file)
  execute_process(COMMAND ${PICKER} ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${FOLDER}/${file} "${text}")
endfunction()

file(REMOVE_RECURSE ${FOLDER}/man1)
write(man1/picker.1 --man-page)
write(bash/picker --completion bash)
write(zsh/_picker --completion zsh)
write(fish/picker.fish --completion fish)
execute_process(COMMAND ${PICKER} --help OUTPUT_VARIABLE overview COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n  [a-z0-9]+ " commands "${overview}")
foreach(command ${commands})
  string(STRIP "${command}" command)
  write(man1/picker-${command}.1 --man-page ${command})
endforeach()
