// .cs files wherever micrographs and picks are named: lists, passthrough files joined on uid, folders of jobs.
#include "io/cs_exposures.hpp"
#include "io/inputs.hpp"
#include "io/picks_file.hpp"
#include "unit/io/cs_builder.hpp"
#include "unit/io/io_testing.hpp"

using namespace cs_builder;
using namespace io_testing;
using picker::Picks;
using picker::Status;

namespace {

std::string fixed(std::string text, std::size_t size = 20) {
    text.resize(size, '\0');
    return text;
}

// A project: J1 has images, J2's exposures are split into new columns and a passthrough file in another order.
struct Project {
    Folder folder;
    std::string blobs = numpy("[('uid', '<u8'), ('micrograph_blob/path', '|S20'), ('micrograph_blob/psize_A', '<f4'), "
                              "('micrograph_blob/shape', '<u4', (2,)), ('mscope_params/exp_group_id', '<u4')]",
                              3, row(30, "J1/c.mrc", 3) + row(10, "J1/a.mrc", 1) + row(20, ">J1/b.mrc", 2));
    std::string ctf = numpy("[('uid', '<u8'), ('ctf/df1_A', '<f4')]", 2,
                            le<std::uint64_t>({20}) + le<float>({9e3F}) + le<std::uint64_t>({10}) + le<float>({8e3F}));
    Project() {
        for (const char* name : {"P/J1/a.mrc", "P/J1/b.mrc", "P/J1/c.mrc"}) {
            folder.put(name, "an image");
        }
        for (const char* job : {"P/J3", "P/J5"}) {
            std::filesystem::create_directories(folder / job);
        }
        folder.put("P/J2/exposures_ctf.cs", ctf);
        folder.put("P/J2/J2_passthrough_exposures.cs", blobs);
    }
    static std::string row(std::uint64_t uid, const std::string& path, std::uint32_t group) {
        return le<std::uint64_t>({uid}) + fixed(path) + le<float>({0.66F}) + le<std::uint32_t>({300, 400}) +
               le<std::uint32_t>({group});
    }
    std::vector<picker::InputMicrograph> inputs(const std::vector<std::string>& names) const {
        std::vector<std::string> patterns;
        for (const std::string& name : names) {
            patterns.push_back(folder / name);
        }
        return picker::expand_inputs(patterns);
    }
};

std::string names_of(const std::vector<picker::InputMicrograph>& inputs) {
    std::string out;
    for (const auto& input : inputs) {
        out += input.name + " ";
    }
    return out;
}

} // namespace

DOCTEST_TEST_CASE("exposures list micrographs, with pixel size, uid and exposure group") {
    const Project project;
    const auto inputs = project.inputs({"P/J2/J2_passthrough_exposures.cs"});
    DOCTEST_REQUIRE(names_of(inputs) == "J1/c.mrc J1/a.mrc J1/b.mrc ");
    DOCTEST_CHECK(inputs[2].path == project.folder / "P/J1/b.mrc"); // from the project, the parent of J2
    DOCTEST_CHECK(inputs[2].stem == "b");
    DOCTEST_CHECK(inputs[2].pixel_size == 0.66); // what the 32-bit number stands for
    DOCTEST_CHECK(picker::exposure_uid(inputs[2]) == 20);
    DOCTEST_CHECK(picker::exposure_group(inputs[2]) == 2);
    DOCTEST_CHECK(inputs[2].columns.at("micrograph_blob/shape") == "300,400");
}

DOCTEST_TEST_CASE("a file without paths takes them from its passthrough file, by uid") {
    const Project project;
    // Alone, with its partner in either order, and by a glob: the rows are those of the main file.
    for (const auto& names :
         std::vector<std::vector<std::string>>{{"P/J2/exposures_ctf.cs"},
                                               {"P/J2/exposures_ctf.cs", "P/J2/J2_passthrough_exposures.cs"},
                                               {"P/J2/J2_passthrough_exposures.cs", "P/J2/exposures_ctf.cs"},
                                               {"P/J2/*.cs"}}) {
        DOCTEST_CHECK(names_of(project.inputs(names)) == "J1/b.mrc J1/a.mrc ");
    }
    // Given by hand the other file may have any name and place.
    std::filesystem::rename(project.folder / "P/J2/J2_passthrough_exposures.cs", project.folder / "P/other.cs");
    DOCTEST_CHECK(names_of(project.inputs({"P/J2/exposures_ctf.cs", "P/other.cs"})) == "J1/b.mrc J1/a.mrc ");
    expect_error(Status::not_found, {"exposures_ctf.cs", "micrograph_blob/path", "passthrough", "ctf/df1_A"},
                 [&] { (void)project.inputs({"P/J2/exposures_ctf.cs"}); });
    // One that does not know every uid does not serve.
    project.folder.put("P/J2/J2_passthrough_exposures.cs", numpy("[('uid', '<u8'), ('micrograph_blob/path', '|S20')]",
                                                                 1, le<std::uint64_t>({20}) + fixed("J1/b.mrc")));
    expect_error(Status::not_found, {"exposures_ctf.cs", "uids"},
                 [&] { (void)project.inputs({"P/J2/exposures_ctf.cs"}); });
}

DOCTEST_TEST_CASE("lists that cannot be used say why") {
    const Project project;
    project.folder.put("P/none.cs", numpy("[('uid', '<u8'), ('micrograph_blob/path', '|S5')]", 0, ""));
    expect_error(Status::not_found, {"none.cs", "no rows"}, [&] { (void)project.inputs({"P/none.cs"}); });
    project.folder.put("P/number.cs", numpy("[('micrograph_blob/path', '<u4')]", 1, "1234"));
    expect_error(Status::bad_file, {"number.cs", "micrograph_blob/path", "<u4"},
                 [&] { (void)project.inputs({"P/number.cs"}); });
    project.folder.put("P/lost.cs", numpy("[('micrograph_blob/path', '|S5')]", 1, "x.mrc"));
    expect_error(Status::not_found, {"lost.cs", "none of the 1", "x.mrc"},
                 [&] { (void)project.inputs({"P/lost.cs"}); });
}

DOCTEST_TEST_CASE("particles are picks: alone, joined, and each uid once") {
    const Project project;
    const auto& folder = project.folder;
    const auto inputs = project.inputs({"P/J2/J2_passthrough_exposures.cs"});
    Picks a, b;
    a.add(300.0, 50.0, 0.5);
    a.add(11.0, 22.0, 0.25);
    b.add(399.0, 1.0, 1.0);
    picker::PicksContext where;
    where.width = 400;
    where.height = 300;
    picker::write_picks(folder / "P/J3/picked_particles.cs", {{"J1/a.mrc", &a}, {"J1/b.mrc", &b}},
                        {{"J1/a.mrc", where}, {"J1/b.mrc", where}});
    const auto check = [&](const std::vector<std::string>& names, std::size_t of_a, std::size_t of_b) {
        std::vector<std::string> patterns;
        for (const std::string& name : names) {
            patterns.push_back(folder / name);
        }
        const auto matched = picker::match_picks(inputs, patterns); // c, a, b
        DOCTEST_CHECK(matched.picks[1].size() == of_a);
        DOCTEST_CHECK(matched.picks[2].size() == of_b);
        DOCTEST_CHECK_FALSE(matched.found[0]);
        DOCTEST_CHECK(matched.unmatched.empty());
        return matched;
    };
    const auto found = check({"P/J3/picked_particles.cs"}, 2, 1);
    DOCTEST_CHECK(std::abs(found.picks[1].x[0] - 300.0) < 1e-3);
    DOCTEST_CHECK(std::abs(found.picks[1].y[0] - 50.0) < 1e-3);
    // After extraction: new columns in the main file, the locations of more particles in the passthrough file.
    const auto table_uid = found.picks[1].text_column("uid")->at(1);
    folder.put("P/J5/extracted_particles.cs",
               numpy("[('uid', '<u8'), ('blob/idx', '<u4')]", 1, le<std::uint64_t>({std::stoull(table_uid)}) + u32(7)));
    std::filesystem::copy_file(folder / "P/J3/picked_particles.cs", folder / "P/J5/J5_passthrough_particles.cs");
    check({"P/J5/extracted_particles.cs"}, 1, 0);
    check({"P/J5/*.cs"}, 1, 0);
    check({"P/J5"}, 1, 0); // a folder
    check({"P/J5/extracted_particles.cs", "P/J3/picked_particles.cs", "P/J5/J5_passthrough_particles.cs"}, 2, 1);
    check({"P/J5", "P/J3"}, 2, 1); // the extracted one is not counted twice
    expect_error(Status::not_found, {"exposures_ctf.cs", "no coordinates"},
                 [&] { (void)picker::match_picks(inputs, {folder / "P/J2/exposures_ctf.cs"}); });
}

DOCTEST_TEST_CASE("the uid in front of a file name") {
    DOCTEST_CHECK(picker::leading_uid("J4/008578565574161745010_14sep05c.mrc") == 8578565574161745010U);
    DOCTEST_CHECK(picker::leading_uid("123456789012345_a.mrc") == 123456789012345U);
    DOCTEST_CHECK(picker::leading_uid("12345678901234_a.mrc") == 0);           // a date and time
    DOCTEST_CHECK(picker::leading_uid("J4/999999999999999999999_a.mrc") == 0); // beyond 64 bits
    DOCTEST_CHECK(picker::leading_uid("008578565574161745010.mrc") == 0);
}
