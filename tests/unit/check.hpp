// doctest without its short macro names (LibTorch defines CHECK too): tests write DOCTEST_CHECK and friends
// through these aliases only in files that include no torch header.
#pragma once

#ifndef DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES
#endif
#include <doctest/doctest.h>
