// Files of many micrographs (lists.hpp).
#include "lists.hpp"

namespace cli {
namespace {

std::string star_word(const std::string& text) {
    return text.find_first_of(" \t#") == std::string::npos && !text.empty() ? text : '"' + text + '"';
}

} // namespace

void require_name(const Arguments& arguments, const std::string& micrograph, const std::string& format) {
    if (is_coordinate_file(micrograph)) {
        throw UsageError("picker " + arguments.command() + ": in one " + picker_format_extension(find_format(format)) +
                         " file picks need the names of their micrographs, and IN does not have them (" + micrograph +
                         "); give --micrographs" + (arguments.command() == "convert" ? ", or a folder for OUT" : ""));
    }
}

void write_coordinate_list(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files) {
    std::string text = "\n# version 30001\n\ndata_coordinate_files\n\nloop_\n_rlnMicrographName #1\n"
                       "_rlnMicrographCoordinates #2\n";
    for (const auto& [micrograph, file] : files) {
        text += star_word(micrograph) + " " + star_word(file) + "\n";
    }
    write_file(path, text + "\n");
}

void Outside::count(const libpicker::Picks& picks, const picker_picks_context& context) {
    if (context.width < 1 || context.height < 1) {
        return;
    }
    const double *x = picks.column("x"), *y = picks.column("y");
    picks_ += picks.size();
    for (std::size_t i = 0; i < picks.size(); ++i) {
        // Half a pixel around the centres of the outermost ones still belongs to the image.
        if (x[i] >= -0.5 && y[i] >= -0.5 && x[i] <= context.width - 0.5 && y[i] <= context.height - 0.5) {
            continue;
        }
        if (outside_++ == 0) {
            first_ = std::string(context.micrograph == nullptr ? "" : context.micrograph) + ", " +
                     std::to_string(context.width) + " x " + std::to_string(context.height) + " pixels";
        }
    }
}

void Outside::tell(Terminal& terminal) const {
    if (outside_ > 0) {
        terminal.remark(
            "note: " + std::to_string(outside_) + " of " + counted(static_cast<std::int64_t>(picks_), "pick") +
            " lie outside of their micrographs (the first: " + first_ +
            "); picker check tells whether they are of another binning, and RELION's Extract stops at boxes "
            "that are wholly outside");
    }
}

} // namespace cli
