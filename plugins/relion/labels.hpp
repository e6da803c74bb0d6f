// The parameters of the External job, by mode: what each is called, whether it takes a value, and what it is for.
#pragma once

#include <string>

namespace relion {

enum class Mode { pick, train };

enum class Takes { nothing, one, ignored, refused };

struct Label {
    const char* name;
    Takes takes;
    const char* help; // of one that is refused: its box in RELION's window
};

// cli::UsageError for a name that the mode does not have, with the nearest one, or the mode that has it.
const Label& label_of(Mode mode, const std::string& name);
std::string mode_name(Mode mode); // "pick"
// What `picker_relion --help` prints.
std::string help_text();

} // namespace relion
