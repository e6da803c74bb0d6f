# What a build is made of, from what CMake found: libpicker.spdx.json (SPDX 2.3) and third-party.txt, installed with the
# documentation. integration.sbom compares them with what the libraries really load.
set(picker_parts "")
# picker_part(NAME VERSION LICENCE HOW HOMEPAGE): HOW is DYNAMIC_LINK (loaded with libpicker), STATIC_LINK (compiled into it
# from headers or data), or RUNTIME_DEPENDENCY_OF (loaded when networks run).
macro(picker_part)
  list(APPEND picker_parts "${ARGV0}|${ARGV1}|${ARGV2}|${ARGV3}|${ARGV4}")
endmacro()
# picker_number(OUT FILE PATTERN): the first number that follows PATTERN in a header.
function(picker_number out file pattern)
  file(STRINGS "${file}" line REGEX "${pattern}" LIMIT_COUNT 1)
  string(REGEX MATCH "[0-9]+(\\.[0-9]+)+" number "${line}")
  set(${out} "${number}" PARENT_SCOPE)
endfunction()

picker_part(fftw3f "${FFTW3F_VERSION}" GPL-2.0-or-later DYNAMIC_LINK https://www.fftw.org)
picker_part(libtiff "${TIFF_VERSION_STRING}" libtiff DYNAMIC_LINK http://www.libtiff.org)
picker_part(libpng "${PNG_VERSION_STRING}" libpng-2.0 DYNAMIC_LINK http://www.libpng.org)
picker_part(libjpeg "${JPEG_VERSION}" "IJG AND BSD-3-Clause" DYNAMIC_LINK https://libjpeg-turbo.org)
picker_part(lz4 "${LZ4_VERSION}" BSD-2-Clause DYNAMIC_LINK https://lz4.org)
picker_part(nlohmann-json "${nlohmann_json_VERSION}" MIT STATIC_LINK https://json.nlohmann.me)
if(TARGET picker_gemmi)
  picker_number(gemmi_version ${PICKER_GEMMI_INCLUDE}/gemmi/version.hpp "GEMMI_VERSION \"")
  picker_number(pegtl_version ${PICKER_PEGTL_INCLUDE}/tao/pegtl/version.hpp "TAO_PEGTL_VERSION \"")
  picker_part(gemmi "${gemmi_version}" MPL-2.0 STATIC_LINK https://gemmi.readthedocs.io)
  picker_part(pegtl "${pegtl_version}" MIT STATIC_LINK https://github.com/taocpp/PEGTL)
endif()
if(PICKER_STB_INCLUDE)
  picker_number(stb_version ${PICKER_STB_INCLUDE}/stb/stb_truetype.h "stb_truetype.h - v")
  picker_part(stb_truetype "${stb_version}" "MIT OR Unlicense" STATIC_LINK https://github.com/nothings/stb)
endif()
picker_part(dejavu-sans 2.37 Bitstream-Vera STATIC_LINK https://dejavu-fonts.github.io)
if(TARGET picker_torch)
  picker_part(libtorch "${PICKER_TORCH_VERSION}" BSD-3-Clause RUNTIME_DEPENDENCY_OF https://pytorch.org)
endif()
if(PICKER_CUDA_FOUND) # NVIDIA's own terms, which have no SPDX name, let it be handed on in a program
  picker_part(cuda-runtime "${CMAKE_CUDA_COMPILER_VERSION}" NOASSERTION STATIC_LINK https://developer.nvidia.com/cuda-toolkit)
endif()

string(TIMESTAMP picker_now "%Y-%m-%dT%H:%M:%SZ" UTC) # SOURCE_DATE_EPOCH, where it is set
set(picker_packages "")
set(picker_relations "")
set(picker_list "")
foreach(part ${picker_parts})
  string(REPLACE "|" ";" part "${part}")
  list(GET part 0 name)
  list(GET part 1 number)
  list(GET part 2 licence)
  list(GET part 3 how)
  list(GET part 4 home)
  if(number STREQUAL "")
    set(number unknown)
  endif()
  string(REPLACE "_" "-" id "SPDXRef-${name}")
  string(APPEND picker_packages ",
    {\"SPDXID\": \"${id}\", \"name\": \"${name}\", \"versionInfo\": \"${number}\", \"downloadLocation\": \"NOASSERTION\",
     \"homepage\": \"${home}\", \"filesAnalyzed\": false, \"licenseConcluded\": \"NOASSERTION\", \"licenseDeclared\": \"${licence}\",
     \"copyrightText\": \"NOASSERTION\"}")
  if(how STREQUAL RUNTIME_DEPENDENCY_OF)
    set(relation "{\"spdxElementId\": \"${id}\", \"relationshipType\": \"${how}\", \"relatedSpdxElement\": \"SPDXRef-libpicker\"}")
    set(words "loaded when networks run, not part of the packages")
  else()
    set(relation "{\"spdxElementId\": \"SPDXRef-libpicker\", \"relationshipType\": \"${how}\", \"relatedSpdxElement\": \"${id}\"}")
    set(words "linked")
    if(how STREQUAL STATIC_LINK)
      set(words "compiled in")
    endif()
  endif()
  string(APPEND picker_relations ",\n    ${relation}")
  string(APPEND picker_list "  ${name} ${number}: ${licence} (${words}), ${home}\n")
endforeach()
file(WRITE ${PROJECT_BINARY_DIR}/libpicker.spdx.json "{
  \"spdxVersion\": \"SPDX-2.3\",
  \"dataLicense\": \"CC0-1.0\",
  \"SPDXID\": \"SPDXRef-DOCUMENT\",
  \"name\": \"libpicker-${PROJECT_VERSION}\",
  \"documentNamespace\": \"urn:libpicker:${PROJECT_VERSION}:${picker_now}\",
  \"creationInfo\": {\"created\": \"${picker_now}\", \"creators\": [\"Tool: CMake-${CMAKE_VERSION}\", \"Organization: libpicker contributors\"]},
  \"packages\": [
    {\"SPDXID\": \"SPDXRef-libpicker\", \"name\": \"libpicker\", \"versionInfo\": \"${PROJECT_VERSION}\", \"downloadLocation\": \"NOASSERTION\",
     \"filesAnalyzed\": false, \"licenseConcluded\": \"NOASSERTION\", \"licenseDeclared\": \"BSD-3-Clause\", \"copyrightText\": \"Copyright (c) 2026, libpicker contributors\"}${picker_packages}
  ],
  \"relationships\": [
    {\"spdxElementId\": \"SPDXRef-DOCUMENT\", \"relationshipType\": \"DESCRIBES\", \"relatedSpdxElement\": \"SPDXRef-libpicker\"}${picker_relations}
  ]
}
")
file(WRITE ${PROJECT_BINARY_DIR}/third-party.txt "libpicker ${PROJECT_VERSION} is under the BSD 3-Clause licence. This build is made with

${picker_list}
libpicker.so links FFTW: whoever passes the binary on does so on the terms of the GNU GPL, version 2 or later.
")
install(FILES ${PROJECT_BINARY_DIR}/libpicker.spdx.json ${PROJECT_BINARY_DIR}/third-party.txt
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libpicker COMPONENT library)
