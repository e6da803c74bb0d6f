// For checkpoint_python.py: `make_checkpoint write FILE` saves a model, `make_checkpoint copy FROM TO` reads and saves.
#include "models/model.hpp"

#include <exception>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    try {
        const std::string verb = argc > 2 ? argv[1] : "";
        if (verb == "write" && argc == 3) {
            picker::Model model = picker::create_model("deeppicker", 7);
            model.trained = true;
            model.diameter = 150.25;
            model.pixel_size = 1.34;
            model.provenance["trained-on"] = "three \"micrographs\", naïve β";
            picker::save_model(argv[2], model);
        } else if (verb == "copy" && argc == 4) {
            picker::save_model(argv[3], picker::load_model(argv[2]));
        } else {
            std::cerr << "usage: make_checkpoint write FILE | copy FROM TO\n";
            return 2;
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
