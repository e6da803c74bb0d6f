// The page of a report before the data are in it; its source is made by embed.cmake.
#pragma once

namespace picker {

struct PageFiles {
    const char* html;   // with the marks that page.cpp fills
    const char* style;  // between <style> and </style>
    const char* script; // between <script> and </script>
    const char* style_sha256;
    const char* script_sha256; // hexadecimal
};
extern const PageFiles page_files;

} // namespace picker
