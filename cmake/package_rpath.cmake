# Run by cpack before it packs: takes the build machine's LibTorch out of the engine's search path. A user's LibTorch is
# found by its name and version (libpicker/src/engine/user_libtorch.hpp).
file(GLOB_RECURSE engines ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/libpicker_torch.so)
foreach(engine ${engines})
  file(RPATH_CHANGE FILE ${engine} OLD_RPATH "$ORIGIN:${CPACK_PICKER_TORCH_FOLDER}" NEW_RPATH "$ORIGIN")
endforeach()
