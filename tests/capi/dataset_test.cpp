// Data sets and tables of them, read back; masks matched to micrographs; what training refuses before it starts.
#include "capi/support.hpp"

using namespace capi;

namespace {

// Two micrographs with picks, the first with a negative and a mask, and a table of two rows.
struct Files {
    TempFolder folder;
    std::string table = folder / "molecules.csv";
    Files() {
        for (int i = 1; i <= 2; ++i) {
            const auto sample = libpicker::simulate(small_simulation(5), static_cast<std::uint64_t>(i));
            const std::string stem = folder / ("m" + std::to_string(i));
            sample.micrograph.write(stem + ".mrc");
            sample.truth.write(stem + ".star");
        }
        std::filesystem::create_directory(folder / "bad");
        write_bytes(folder / "bad/m1.star", "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n90.5 33.0\n");
        const std::vector<float> none(12, 0.0F);
        libpicker::Micrograph::from_data(none.data(), 4, 3, 0, "none").write(folder / "m1_mask.mrc");
        write_bytes(table, "# two rows\nname,micrographs,picks,negatives,mask,diameter,pixel_size,split\n"
                           "small,m1.mrc,m1.star,bad,m1_mask.mrc,160,8,train\n"
                           "large,m2.mrc;m1.mrc,\"m2.star\",,,,,validation\n");
    }
};

} // namespace

DOCTEST_TEST_CASE("a table is read row by row, without the files that it names") {
    const Files files;
    std::filesystem::remove(files.folder / "m1.mrc");
    const auto table = libpicker::DatasetTable::read(files.table);
    DOCTEST_REQUIRE(table.size() == 2);
    const picker_dataset_row first = table.row(0);
    DOCTEST_CHECK(std::string(first.name) == "small");
    DOCTEST_CHECK(std::string(first.micrographs) == "m1.mrc");
    DOCTEST_CHECK(std::string(first.picks) == "m1.star");
    DOCTEST_CHECK(std::string(first.negatives) == "bad");
    DOCTEST_CHECK(std::string(first.mask) == "m1_mask.mrc");
    DOCTEST_CHECK(std::string(first.split) == "train");
    DOCTEST_CHECK(first.diameter == 160);
    DOCTEST_CHECK(first.pixel_size == 8);
    DOCTEST_CHECK(first.line == 3);
    const picker_dataset_row second = table.row(1);
    DOCTEST_CHECK(std::string(second.micrographs) == "m2.mrc;m1.mrc");
    DOCTEST_CHECK(std::string(second.negatives).empty());
    DOCTEST_CHECK(second.diameter == 0);
    DOCTEST_CHECK(second.line == 4);
    auto row = make<picker_dataset_row>();
    refused(picker_dataset_table_row(table.get(), 2, &row), PICKER_NOT_FOUND, {"row 2", "has 2"});
}

DOCTEST_TEST_CASE("a faulty row is refused by file and line, whatever its split") {
    const TempFolder folder;
    const std::string table = folder / "t.csv";
    const auto faulty = [&](const char* row, std::initializer_list<std::string_view> parts) {
        write_bytes(table,
                    std::string("name,micrographs,picks,diameter,split\na,a.mrc,a.star,100,test\n") + row + "\n");
        picker_dataset_table* out = nullptr;
        refused(picker_dataset_table_read(&out, table.c_str()), PICKER_BAD_FILE, parts);
        DOCTEST_CHECK(out == nullptr);
    };
    faulty("b,b.mrc,b.star,100,tets", {"t.csv:3", "'tets'"});
    faulty("b,b.mrc,b.star,-1,test", {"t.csv:3", "'-1'"});
    faulty("b,b.mrc,b.star,test", {"t.csv:3", "4 values"});
    write_bytes(table, "name,micrographs,picks,diameter,split\n");
    picker_dataset_table* out = nullptr;
    refused(picker_dataset_table_read(&out, table.c_str()), PICKER_BAD_FILE, {"t.csv", "no data sets in it"});
}

DOCTEST_TEST_CASE("what was added to a data set is read back") {
    const Files files;
    libpicker::Dataset data;
    DOCTEST_CHECK(data.add_rows(files.table, "train") == 1);
    const auto sample = libpicker::simulate(small_simulation(9), 0);
    auto item = make<picker_dataset_item>();
    item.pixel_size = 8.5;
    item.molecule = "third";
    data.add(sample.micrograph, sample.truth, &item);
    DOCTEST_REQUIRE(data.size() == 2);
    const picker_dataset_entry listed = data.entry(0);
    DOCTEST_CHECK(std::string(listed.path) == files.folder / "m1.mrc");
    DOCTEST_CHECK(std::string(listed.molecule) == "small");
    DOCTEST_CHECK(std::string(listed.mask) == files.folder / "m1_mask.mrc");
    DOCTEST_CHECK(std::string(listed.source) == files.table + ":3");
    DOCTEST_CHECK(listed.pixel_size == 8);
    DOCTEST_CHECK(listed.diameter == 160);
    DOCTEST_CHECK(listed.negatives == 1);
    DOCTEST_CHECK(static_cast<std::size_t>(listed.positives) == data.picks(0).size());
    DOCTEST_CHECK(column(data.picks(0, true).get(), "x") == std::vector<double>{90.5});
    DOCTEST_CHECK(column(data.picks(0, true).get(), "y") == std::vector<double>{33.0});
    const picker_dataset_entry held = data.entry(1);
    DOCTEST_CHECK(std::string(held.path).empty());
    DOCTEST_CHECK(std::string(held.source).empty());
    DOCTEST_CHECK(std::string(held.molecule) == "third");
    DOCTEST_CHECK(held.pixel_size == 8.5);
    DOCTEST_CHECK(column(data.picks(1).get(), "x") == column(sample.truth.get(), "x"));
    DOCTEST_CHECK(data.picks(1, true).size() == 0);
    auto entry = make<picker_dataset_entry>();
    refused(picker_dataset_get(data.get(), 2, &entry), PICKER_NOT_FOUND, {"micrograph 2", "has 2"});
}

DOCTEST_TEST_CASE("masks are matched by name; one that matches none serves all") {
    const Files files;
    libpicker::Inputs inputs({files.folder / "m1.mrc", files.folder / "m2.mrc"});
    DOCTEST_CHECK(inputs.mask(0).empty());
    inputs.match_masks({files.folder / "m1_mask.mrc"});
    DOCTEST_CHECK(inputs.mask(0) == files.folder / "m1_mask.mrc");
    DOCTEST_CHECK(inputs.mask(1).empty());
    std::filesystem::rename(files.folder / "m1_mask.mrc", files.folder / "all.mrc");
    inputs.match_masks({files.folder / "all.mrc"});
    DOCTEST_CHECK(inputs.mask(0) == files.folder / "all.mrc");
    DOCTEST_CHECK(inputs.mask(1) == files.folder / "all.mrc");
    std::filesystem::copy_file(files.folder / "all.mrc", files.folder / "other.mrc");
    const std::string first = files.folder / "all.mrc", second = files.folder / "other.mrc";
    const char* const two[] = {first.c_str(), second.c_str()};
    refused(picker_inputs_match_masks(inputs.get(), two, 2), PICKER_MISMATCH, {"all.mrc", "other.mrc"});
    refused(picker_inputs_match_masks(inputs.get(), two, 0), PICKER_INVALID_ARGUMENT, {"no masks"});
}

DOCTEST_TEST_CASE("settings that contradict each other, and data that cannot be trained on, are refused at once") {
    if (!has_torch("training")) {
        return;
    }
    auto model = libpicker::Model::create("deeppicker", 1);
    const auto sample = libpicker::simulate(small_simulation(9), 0);
    libpicker::Dataset data;
    data.add(sample.micrograph, sample.truth);
    const auto refuses = [&](const libpicker::Dataset& set, const picker_train_options& options, picker_status status,
                             std::initializer_list<std::string_view> parts) {
        refused(picker_train(model.get(), set.get(), nullptr, &options, nullptr, nullptr), status, parts);
        DOCTEST_CHECK(model.info().trained == 0);
    };
    auto options = make<picker_train_options>();
    options.diameter = 160;
    refuses(libpicker::Dataset(), options, PICKER_INVALID_ARGUMENT, {"the training set is empty"});
    options.prior = 0.1;
    refuses(data, options, PICKER_INVALID_ARGUMENT, {"prior of 0.1", "positive-unlabelled"});
    options.loss = PICKER_LOSS_NNPU;
    options.prior = 1.5;
    refuses(data, options, PICKER_INVALID_ARGUMENT, {"prior is 1.5"});
    options.loss = 2;
    refuses(data, options, PICKER_INVALID_ARGUMENT, {"loss is 2"});
    options = make<picker_train_options>();
    options.diameter = 160;
    options.overlap_distance = 50;
    refuses(data, options, PICKER_INVALID_ARGUMENT, {"overlap_distance is 50", "PICKER_OVERLAPS_DROP"});
    options.overlap_distance = 0;
    options.resume = -1;
    refuses(data, options, PICKER_INVALID_ARGUMENT, {"resume is -1"});
    options.resume = 0;
    libpicker::Picks bad;
    bad.append({column(sample.truth.get(), "x")[2] + 1}, {column(sample.truth.get(), "y")[2]}, {1}); // of 20 pixels
    auto item = make<picker_dataset_item>();
    item.negatives = bad.get();
    data.add(sample.micrograph, sample.truth, &item);
    refuses(data, options, PICKER_MISMATCH, {"both as a particle and as a negative", "1 place"});
    item = make<picker_dataset_item>();
    item.mask = sample.micrograph.get();
    item.mask_path = "mask.mrc";
    refused(picker_dataset_add_micrograph(data.get(), sample.micrograph.get(), sample.truth.get(), &item),
            PICKER_INVALID_ARGUMENT, {"mask_path and mask"});
}
