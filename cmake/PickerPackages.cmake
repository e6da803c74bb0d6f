# What cpack makes (docs/releasing.md): `cpack -G DEB` the Debian packages libpicker0, libpicker-dev and picker,
# `cpack --config CPackSourceConfig.cmake` the source archive. The packages are the components of the install rules.
set(PICKER_PACKAGER "libpicker contributors <packages@invalid>" CACHE STRING "Who makes packages, NAME <MAIL>")
set(CPACK_PACKAGE_NAME libpicker)
set(CPACK_PACKAGE_VENDOR "libpicker contributors")
set(CPACK_PACKAGE_CONTACT "${PICKER_PACKAGER}")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR TGZ)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

# The source archive: what git would have, without what a working tree grows.
set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME libpicker-${PROJECT_VERSION})
set(CPACK_SOURCE_IGNORE_FILES "^${PROJECT_SOURCE_DIR}/(build[^/]*|\\.git|\\.venv|\\.cache|quickstart-output|_CPack_Packages|shared)(/|$)"
  "/__pycache__(/|$)" "\\.pyc$" "\\.sw.$" "~$")

set(CPACK_COMPONENTS_ALL library development command)
set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS library)
set(CPACK_COMPONENT_COMMAND_DEPENDS library)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libpicker${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SUGGESTS python3-pip)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libpicker-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME picker)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "Particle picking for cryo-EM micrographs: the library
Finds particles in electron micrographs of frozen samples: reads MRC and
TIFF, trains networks, picks, evaluates. Training and scoring need a LibTorch
of the version that the library names, which is no part of this package.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Particle picking for cryo-EM micrographs: headers
picker.h (C99) and picker.hpp (C++17), with files for CMake and pkg-config.")
set(CPACK_COMPONENT_COMMAND_DESCRIPTION "Particle picking for cryo-EM micrographs: the command
picker trains, picks, evaluates and converts; picker_relion does it as a job
of RELION.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=") # the ABI only grows
# Where dpkg-shlibdeps finds our own library, and a LibTorch that belongs to no package.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/libpicker)
if(TARGET picker_torch)
  list(GET PICKER_TORCH_LIBRARIES 0 picker_torch_library)
  get_filename_component(CPACK_PICKER_TORCH_FOLDER ${picker_torch_library} DIRECTORY)
  list(APPEND CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CPACK_PICKER_TORCH_FOLDER})
  # The LibTorch of the machine that builds is none of the machine that installs.
  set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package_rpath.cmake)
endif()
file(READ ${PROJECT_SOURCE_DIR}/LICENSE picker_licence)
file(READ ${PROJECT_BINARY_DIR}/third-party.txt picker_third_party)
file(WRITE ${PROJECT_BINARY_DIR}/copyright "${picker_licence}\n${picker_third_party}")
foreach(package libpicker${PROJECT_VERSION_MAJOR}:library libpicker-dev:development picker:command)
  string(REPLACE ":" ";" package ${package})
  list(GET package 0 name)
  list(GET package 1 component)
  install(FILES ${PROJECT_BINARY_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name}
    COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()
include(CPack)
