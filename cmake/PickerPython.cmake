# What the Python package is built with: Python's headers and pybind11. For a wheel also the LibTorch of the torch package
# that is installed where the wheel will be. Included where PICKER_BUILD_PYTHON is on.
find_package(Python 3.9 COMPONENTS Interpreter Development.Module)
if(Python_FOUND AND NOT pybind11_DIR)
  execute_process(COMMAND ${Python_EXECUTABLE} -m pybind11 --cmakedir OUTPUT_VARIABLE pybind11_place
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE pybind11_result)
  if(pybind11_result EQUAL 0)
    list(APPEND CMAKE_PREFIX_PATH ${pybind11_place})
  endif()
endif()
if(Python_FOUND)
  find_package(pybind11 2.12 CONFIG)
endif()
if(NOT Python_FOUND OR NOT pybind11_FOUND)
  set(PICKER_PYTHON_MISSING "the Python package is not built: it needs Python 3.9 or later with its headers, and pybind11 in it (pip install pybind11 numpy; -DPython_EXECUTABLE names another Python)")
  if(SKBUILD)
    message(FATAL_ERROR "${PICKER_PYTHON_MISSING}")
  endif()
  message(WARNING "${PICKER_PYTHON_MISSING}")
endif()

if(SKBUILD AND PICKER_WITH_TORCH AND NOT Torch_DIR)
  # torch is no build requirement, so pip's build environment has none; this is the one of the environment itself.
  execute_process(COMMAND ${Python_EXECUTABLE} -c "import sysconfig; print(sysconfig.get_path('purelib'))"
    OUTPUT_VARIABLE picker_purelib OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(picker_torch_cmake ${picker_purelib}/torch/share/cmake/Torch)
  if(EXISTS ${picker_torch_cmake})
    file(REAL_PATH ${picker_torch_cmake} picker_torch_cmake) # ccache knows the place itself, not a link to it
  endif()
  if(NOT EXISTS ${picker_torch_cmake}/TorchConfig.cmake)
    message(FATAL_ERROR "There is no torch in ${picker_purelib}, whose LibTorch trains and scores. Install it first (pip install "
      "torch) and then libpicker; or name a LibTorch: pip install . -C cmake.define.Torch_DIR=<LibTorch>/share/cmake/Torch; or do "
      "without training and scoring: pip install . -C cmake.define.PICKER_WITH_TORCH=OFF")
  endif()
  set(Torch_DIR ${picker_torch_cmake} CACHE PATH "Folder of TorchConfig.cmake")
endif()
