# picker_sanitize(TARGET): applies PICKER_SANITIZE to compiling and linking.
function(picker_sanitize target)
  if(PICKER_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${PICKER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${PICKER_SANITIZE})
  endif()
endfunction()
