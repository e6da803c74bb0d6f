// Target: random sequences of calls of the C API, up to 64 calls an input.
#include "calls.hpp"

#include "io/atomic_file.hpp"
#include "io/micrograph_file.hpp"

#include <cmath>
#include <iterator>
#include <map>
#include <vector>

namespace fuzz {
namespace {

constexpr int most_calls = 64;

// Files to read. Calls may overwrite them, so that every input finds them as they were.
class Files {
public:
    Files() {
        picker::Image image(40, 32);
        for (std::size_t i = 0; i < image.pixels.size(); ++i) {
            image.pixels[i] = static_cast<float>(i * 7919 % 101);
        }
        for (const char* name : {"one.mrc", "two.tif", "three.png"}) {
            picker::write_image(folder() / name, image, 4.0);
            contents_[name] = picker::read_whole(folder() / name);
        }
        contents_["one.star"] = "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnAutopickFigureOfMerit #3\n"
                                "10.5 7 0.5\n20 11 0.75\n";
        contents_["one.csv"] = "x,y,score,psi\n10.5,7,0.5,3\n20,11,,4\n";
        contents_["one.box"] = "4\t5\t12\t12\n10\t9\t12\t12\n";
        contents_["list.star"] =
            "data_micrographs\n\nloop_\n_rlnMicrographName #1\n_rlnMicrographPixelSize #2\none.mrc 4\n";
        contents_["table.csv"] = "name,micrographs,picks,diameter,split\na,one.mrc,one.star,40,train\n";
        picker_model* model = nullptr;
        const std::filesystem::path checkpoint = folder() / "model.safetensors";
        require(picker_model_create(&model, "deepem", 1) == PICKER_OK &&
                    picker_model_save(model, checkpoint.c_str()) == PICKER_OK,
                "no model can be made");
        picker_model_free(model);
        contents_["model.safetensors"] = picker::read_whole(checkpoint);
    }
    void write() const {
        for (const auto& entry : std::filesystem::directory_iterator(folder())) {
            std::filesystem::remove_all(entry.path());
        }
        std::filesystem::create_directory(folder() / "out");
        for (const auto& [name, content] : contents_) {
            (void)file(name.c_str(), {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
        }
    }

private:
    std::map<std::string, std::string> contents_;
};

} // namespace

double Choices::number() {
    constexpr double odd[] = {0,   1,   -1,           2,    3,   10,      40,  0.5, 0.25, 1e-9,   100,
                              300, 1e6, 2147483647.0, -1e9, 4.0, 65536.0, 7.5, 1e9, -0.5, 1000000};
    const unsigned choice = byte();
    return choice < std::size(odd) ? odd[choice] : static_cast<double>(choice) - 64.0;
}

const char* Choices::path() {
    static const auto paths = [] {
        std::vector<std::string> out;
        for (const char* name :
             {"one.mrc",   "two.tif",   "three.png",         "one.star",    "one.csv",          "one.box",
              "list.star", "table.csv", "model.safetensors", "missing.mrc", "missing/one.star", "out",
              "out.mrc",   "out.star",  "out.csv",           "out.cs",      "out.cbox",         "out.box",
              "out.png",   "out.tif",   "out.safetensors",   "o*t.*",       "out/run.json"}) {
            out.push_back((folder() / name).string());
        }
        out.emplace_back();
        return out;
    }();
    const unsigned choice = below(static_cast<unsigned>(paths.size()) + 1);
    return choice < paths.size() ? paths[choice].c_str() : nullptr;
}

const char* Choices::word() {
    constexpr const char* words[] = {"x",      "y",    "score",  "psi",   "star",       "csv",       "box",
                                     "cbox",   "cs",   "eman",   "train", "validation", "general",   "head1",
                                     "a/b",    "",     "deepem", "one",   "threshold",  "realistic", "half-diameter",
                                     "recall", nullptr};
    return words[below(static_cast<unsigned>(std::size(words)))];
}

picker_status checked(picker_status status, const char* call) {
    if (status == PICKER_OK) {
        return status;
    }
    if (status < PICKER_OK || status >= PICKER_INTERNAL || picker_last_error()[0] == '\0') {
        broken(std::string(call) + " came to " + picker_status_name(status) + ": " + picker_last_error());
    }
    return status;
}

void calls(Bytes bytes) {
    static const Files files;
    files.write();
    Choices in(bytes);
    Handles handles;
    for (int i = 0; i < most_calls && !in.done(); ++i) {
        const auto first = data_calls(), second = model_calls();
        const std::size_t choice = in.below(static_cast<unsigned>(first.size() + second.size()));
        (choice < first.size() ? first[choice] : second[choice - first.size()])(in, handles);
    }
}

} // namespace fuzz
