# The shared library `picker` (what hosts link; no torch in it), the private `picker_static` for our own tests, and
# the install: headers, CMake package, pkg-config file. Included by libpicker/CMakeLists.txt once the layers exist.

# Everything from the object libraries; their link requirements come along.
add_library(picker SHARED)
add_library(picker::picker ALIAS picker)
picker_defaults(picker)
target_link_libraries(picker PRIVATE ${picker_objects})
target_include_directories(picker INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/libpicker/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
# The ABI only grows (docs/abi-policy.md), so the soname changes with the major version alone.
set_target_properties(picker PROPERTIES
  LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  INSTALL_RPATH "$ORIGIN" INSTALL_RPATH_USE_LINK_PATH OFF)
if(UNIX AND NOT APPLE)
  set(picker_map ${CMAKE_CURRENT_SOURCE_DIR}/picker.map)
  target_link_options(picker PRIVATE "LINKER:--version-script=${picker_map}" "LINKER:--exclude-libs,ALL")
  if(NOT PICKER_SANITIZE)
    target_link_options(picker PRIVATE "LINKER:--no-undefined")
  endif()
  set_target_properties(picker PROPERTIES LINK_DEPENDS ${picker_map})
endif()

# For tests that look behind the C API. Never installed.
add_library(picker_static STATIC EXCLUDE_FROM_ALL)
set_target_properties(picker_static PROPERTIES LINKER_LANGUAGE CXX)
foreach(layer ${picker_objects})
  target_sources(picker_static PRIVATE $<TARGET_OBJECTS:${layer}>)
endforeach()
target_link_libraries(picker_static PUBLIC ${picker_objects})

include(CMakePackageConfigHelpers)
set(picker_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/picker)
# The components are the packages of cmake/PickerPackages.cmake; an install without a component is all of them.
install(TARGETS picker EXPORT picker-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT library)
install(DIRECTORY include/picker DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(EXPORT picker-targets NAMESPACE picker:: DESTINATION ${picker_cmake_dir} COMPONENT development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/picker-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/picker-config.cmake INSTALL_DESTINATION ${picker_cmake_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/picker-config-version.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/picker-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/picker-config-version.cmake
  DESTINATION ${picker_cmake_dir} COMPONENT development)
# picker.pc finds its prefix from its own place, so an installed tree may be moved.
file(RELATIVE_PATH picker_pc_to_prefix
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${PROJECT_SOURCE_DIR}/cmake/picker.pc.in ${CMAKE_CURRENT_BINARY_DIR}/picker.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/picker.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)

# The shipped models: copied beside the library in a build tree, so that names work there too (src/models/shipped.cpp).
set(picker_shipped models/general.safetensors)
foreach(file ${picker_shipped})
  configure_file(${file} ${CMAKE_CURRENT_BINARY_DIR}/${file} COPYONLY)
endforeach()
install(FILES ${picker_shipped} DESTINATION ${CMAKE_INSTALL_DATADIR}/picker/models COMPONENT library)

# The LibTorch engine is looked for beside libpicker at run time (src/torch installs it there); nothing links it.
if(TARGET picker_torch)
  set_target_properties(picker_torch PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
endif()
