// RELION as the judge of the frame: it extracts particles at what we wrote, from MRC and TIFF, with STAR and .box.
#include "io/micrograph_file.hpp"
#include "io/picks_file.hpp"
#include "unit/io/io_testing.hpp"

#include <cstdint>

using namespace io_testing;

DOCTEST_TEST_CASE("RELION extracts the same pixels from our MRC and TIFF at our STAR and box coordinates") {
    if (std::system("command -v relion_preprocess >/dev/null 2>&1") != 0) {
        DOCTEST_MESSAGE("skipped: RELION is not installed");
        return;
    }
    const Folder folder;
    picker::Image image(200, 120); // noise, so that any other place or direction differs
    for (std::size_t i = 0; i < image.size(); ++i) {
        image.pixels[i] = static_cast<float>((static_cast<std::uint32_t>(i) * 2654435761U) >> 22);
    }
    picker::Picks picks;
    picks.add(150.7, 30.2, 0.5);
    picks.add(40.4, 90.6, 0.25);
    picker::PicksContext context;
    context.box_size = 33;
    picker::write_image(folder / "m.mrc", image, 1.5);
    picker::write_image(folder / "t.tif", image, 1.5);
    for (const char* name : {"m_autopick.star", "t_autopick.star", "m.box", "t.box"}) {
        picker::write_picks(folder / name, picks, context);
    }
    folder.put("mics.star", "data_optics\n\nloop_\n_rlnOpticsGroupName #1\n_rlnOpticsGroup #2\n"
                            "_rlnMicrographPixelSize #3\n_rlnMicrographOriginalPixelSize #4\n_rlnVoltage #5\n"
                            "_rlnSphericalAberration #6\n_rlnAmplitudeContrast #7\none 1 1.5 1.5 300 2.7 0.1\n\n"
                            "data_micrographs\n\nloop_\n_rlnMicrographName #1\n_rlnOpticsGroup #2\n"
                            "m.mrc 1\nt.tif 1\n\n");
    struct Case {
        const char* suffix;
        const char* out;
        int x[2], y[2]; // RELION cuts STAR coordinates off; boxes hold the rounded centre
    };
    const Case cases[] = {{"_autopick.star", "star", {150, 40}, {30, 90}}, {".box", "box", {151, 40}, {30, 91}}};
    for (const Case& test : cases) {
        const std::string out = test.out;
        std::filesystem::create_directory(folder / out);
        const std::string command = "cd '" + folder.path().string() +
                                    "' && relion_preprocess --i mics.star --coord_dir ./ --coord_suffix " +
                                    test.suffix + " --part_star " + out + "/p.star --part_dir " + out +
                                    "/ --extract --extract_size 32 >/dev/null 2>&1";
        DOCTEST_REQUIRE(std::system(command.c_str()) == 0);
        for (const char* stack : {"m.mrcs", "t.mrcs"}) {
            DOCTEST_CAPTURE(out);
            DOCTEST_CAPTURE(std::string(stack));
            const auto particles = picker::read_mrc_volume(folder / out / stack);
            DOCTEST_REQUIRE(particles.nz == 2);
            for (int k = 0; k < 2; ++k) {
                int wrong = 0;
                for (int y = 0; y < 32; ++y) {
                    for (int x = 0; x < 32; ++x) {
                        const float got = particles.voxels[static_cast<std::size_t>((k * 32 + y) * 32 + x)];
                        wrong += got == image.at(test.x[k] - 16 + x, test.y[k] - 16 + y) ? 0 : 1;
                    }
                }
                DOCTEST_CHECK(wrong == 0);
            }
        }
    }
}
