// The page of a report before the data are in it, and a font; their source is made by embed.cmake.
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

// DejaVu Sans, its Latin letters (font/), for the words of plots.
extern const unsigned char font_bytes[];

} // namespace picker
