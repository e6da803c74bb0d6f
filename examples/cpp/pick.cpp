// Picks one micrograph with a trained model, through the C++ layer, and draws what it found.
//
//   pick_cpp MODEL.safetensors MICROGRAPH.mrc PICKS.star [PIXEL_SIZE_IN_ANGSTROM]
//
// PICKS.png, beside the STAR file, shows the picks on the micrograph.
#include <cstdio>
#include <exception>
#include <picker/picker.hpp>
#include <string>

namespace {

int run(const std::string& model_path, const std::string& micrograph_path, const std::string& output,
        double pixel_size) {
    const auto model = libpicker::Model::load(model_path);
    const auto micrograph = libpicker::Micrograph::read(micrograph_path);
    const picker_model_info about = model.info();
    const picker_micrograph_info info = micrograph.info();

    auto options = libpicker::make<picker_pick_options>();
    options.pixel_size = pixel_size; // 0: the micrograph's own
    libpicker::Control control;
    control.log = [](int, const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
    const auto picks = model.pick(micrograph, options, control);

    auto context = libpicker::make<picker_picks_context>();
    context.width = info.width;
    context.height = info.height;
    context.pixel_size = pixel_size > 0 ? pixel_size : info.pixel_size;
    context.micrograph = micrograph_path.c_str();
    picks.write(output, &context);
    const std::string picture = output.substr(0, output.rfind('.')) + ".png";
    libpicker::draw(picture, micrograph, picks, nullptr, about.diameter / context.pixel_size);

    std::printf("%s %s: %zu picks, written to %s and %s\n", about.architecture, micrograph_path.c_str(), picks.size(),
                output.c_str(), picture.c_str());
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4 || argc > 5) {
        std::fprintf(stderr, "usage: pick_cpp MODEL.safetensors MICROGRAPH.mrc PICKS.star [PIXEL_SIZE_IN_ANGSTROM]\n");
        return 2;
    }
    try {
        return run(argv[1], argv[2], argv[3], argc == 5 ? std::stod(argv[4]) : 0.0);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "pick_cpp: %s\n", error.what());
        return 1;
    }
}
