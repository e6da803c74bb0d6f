// The two forms of cryoSPARC's .cs files, read from bytes put together by hand, and damaged ones.
#include "io/cs_table.hpp"
#include "unit/io/cs_builder.hpp"
#include "unit/io/io_testing.hpp"

using namespace cs_builder;
using namespace io_testing;
using picker::Status;

namespace {

// Two rows: a uid beyond double's 53 bits, text shorter than its field, a sub-array, filling bytes, signed and half.
const std::string descr = "[('uid', '<u8'), ('a/path', '|S6'), ('a/shape', '<u4', (2,)), ('', '|V2'), ('b/i', '<i2'), "
                          "(\"b/h\", '<f2'), ('b/d', '<f8'), ('b/t', '|b1'), ('b/w', '<U3'), ('b/c', '<c8')]";

std::string rows() {
    const auto row = [](std::uint64_t uid, std::string path, std::uint32_t ny, std::uint32_t nx, std::int16_t i,
                        std::uint16_t half, double d, char t, std::vector<std::uint32_t> wide, std::vector<float> c) {
        path.resize(6, '\0');
        return le<std::uint64_t>({uid}) + path + le<std::uint32_t>({ny, nx}) + "??" + le<std::int16_t>({i}) +
               le<std::uint16_t>({half}) + le<double>({d}) + std::string(1, t) + le(wide) + le(c);
    };
    return row(18446744073709551615U, "a.mrc", 300, 400, -5, 0x3e00, 0.1, 1, {0xe9, 0x1f600, 0}, {1.5F, -2.0F}) +
           row(9007199254740993U, "", 7, 9, 12, 0xc500, -1e-30, 0, {'x', 0, 0}, {0.25F, 4.0F});
}

void check_rows(const picker::CsTable& table) {
    DOCTEST_REQUIRE(table.rows == 2);
    const auto text = [&](const char* name, std::size_t row) {
        DOCTEST_CAPTURE(name);
        DOCTEST_REQUIRE(table.find(name) != nullptr);
        return table.find(name)->text(row);
    };
    DOCTEST_CHECK(text("uid", 0) == "18446744073709551615");
    DOCTEST_CHECK(text("uid", 1) == "9007199254740993");
    DOCTEST_CHECK(text("a/path", 0) == "a.mrc");
    DOCTEST_CHECK(text("a/path", 1).empty());
    DOCTEST_CHECK(text("a/shape", 0) == "300,400");
    DOCTEST_CHECK(text("a/shape", 1) == "7,9");
    DOCTEST_CHECK(table.find("a/shape")->number(1, 1) == 9.0);
    DOCTEST_CHECK(text("b/i", 0) == "-5");
    DOCTEST_CHECK(text("b/h", 0) == "1.5");
    DOCTEST_CHECK(text("b/h", 1) == "-5");
    DOCTEST_CHECK(text("b/d", 0) == "0.1");
    DOCTEST_CHECK(text("b/d", 1) == "-1e-30");
    DOCTEST_CHECK(text("b/t", 0) == "1");
    DOCTEST_CHECK(text("b/c", 0) == "1.5-2j");
    DOCTEST_CHECK(text("b/c", 1) == "0.25+4j");
}

const std::string json = R"({"length": 3, "dtype": [["uid", "<u8"], ["p/path", "|O"], ["p/f", "<f4", [2]]],)"
                         R"( "compression": "lz4", "compressed_fields": ["p/path", "p/f"]})";
const std::string heap("\0one\0three\0", 11);
const std::string places = le<std::uint64_t>({1, 0, 5});
const std::string floats = le<float>({0.5F, 1, 2, 3, 4, -1e9F});
const std::string uids = le<std::uint64_t>({11, 22, 33});

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    DOCTEST_REQUIRE(at != text.npos);
    return text.replace(at, from.size(), to);
}

} // namespace

DOCTEST_TEST_CASE("every type of NumPy's form, versions 1 to 3") {
    const Folder folder;
    for (const int version : {1, 2, 3}) {
        const auto table = picker::read_cs(folder.put("a.cs", numpy(descr, 2, rows(), version)));
        check_rows(table);
        DOCTEST_CHECK(table.find("b/w")->text(0) == "\xc3\xa9\xf0\x9f\x98\x80"); // in UTF-8
        DOCTEST_CHECK(table.find("b/w")->text(1) == "x");
        DOCTEST_CHECK(table.columns.size() == 9); // filling bytes are none
    }
    const auto some = picker::read_cs(folder.put("a.cs", numpy(descr, 2, rows())),
                                      [](std::string_view name) { return name.starts_with("a/"); });
    DOCTEST_CHECK(some.columns.size() == 3); // and the uid
    DOCTEST_CHECK(some.find("a/shape")->text(1) == "7,9");
    DOCTEST_CHECK(some.names.size() == 9);
    const auto none = picker::read_cs(folder.put("a.cs", numpy(descr, 0, "")));
    DOCTEST_CHECK(none.rows == 0);
}

DOCTEST_TEST_CASE("what is written is read back") {
    const Folder folder;
    const auto table = picker::read_cs(folder.put("a.cs", numpy(descr, 2, rows())));
    const std::string bytes = picker::numpy_bytes(table.columns, table.rows);
    const std::size_t header = static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
    DOCTEST_CHECK((10 + header) % 64 == 0); // as NumPy aligns
    DOCTEST_CHECK(bytes[9 + header] == '\n');
    check_rows(picker::read_cs(folder.put("b.cs", bytes)));
}

DOCTEST_TEST_CASE("CSDAT, packed and not") {
    const Folder folder;
    const auto check = [&](const std::string& bytes) {
        const auto table = picker::read_cs(folder.put("a.cs", bytes));
        DOCTEST_REQUIRE(table.rows == 3);
        DOCTEST_CHECK(table.find("uid")->text(2) == "33");
        DOCTEST_CHECK(table.find("p/path")->text(0) == "one");
        DOCTEST_CHECK(table.find("p/path")->text(1).empty());
        DOCTEST_CHECK(table.find("p/path")->text(2) == "three");
        DOCTEST_CHECK(table.find("p/f")->text(0) == "0.5,1");
        DOCTEST_CHECK(table.find("p/f")->text(2) == "4,-1e+09");
    };
    check(csdat(json, {uids, packed(places), packed(floats)}, heap));
    check(
        csdat(replaced(replaced(json, "\"lz4\"", "null"), R"(["p/path", "p/f"])", "[]"), {uids, places, floats}, heap));
    const auto some = picker::read_cs(folder.put("a.cs", csdat(json, {uids, packed(places), packed(floats)}, heap)),
                                      [](std::string_view name) { return name == "p/f"; });
    DOCTEST_CHECK(some.columns.size() == 2);
    DOCTEST_CHECK(some.find("p/f")->text(1) == "2,3");
    DOCTEST_CHECK(picker::read_cs(folder.put("a.cs", csdat(replaced(json, "3", "0"), {}))).rows == 0);
}

DOCTEST_TEST_CASE("damaged and foreign .cs files are refused by name") {
    const Folder folder;
    const auto refused = [&](const std::string& bytes, Status status, std::initializer_list<std::string_view> parts) {
        const auto file = folder.put("bad.cs", bytes);
        expect_error(status, parts, [&] { (void)picker::read_cs(file); });
        expect_error(status, {file.string()}, [&] { (void)picker::read_cs(file); });
    };
    refused("", Status::bad_file, {"it is empty"});
    refused("data_particles\n", Status::bad_file, {"neither as NumPy's form nor as CSDAT"});
    const std::string good = numpy(descr, 2, rows());
    refused(good.substr(0, 8), Status::bad_file, {"truncated"});
    refused(good.substr(0, 100), Status::bad_file, {"truncated"});
    refused(good.substr(0, good.size() - 1), Status::bad_file, {"truncated", "2 rows"});
    refused(numpy(descr, 123456789012345678, rows()), Status::bad_file, {"truncated"});
    refused(numpy("[('a', '|S0')]", 1000000000, ""), Status::bad_file, {"truncated"});
    refused(numpy("'<f4'", 2, "12345678"), Status::bad_file, {"no table with named fields"});
    refused(numpy("[('uid', '<u8'), ('a', '>f4')]", 1, "123456789012"), Status::unsupported,
            {"'a'", ">f4", "big endian"});
    refused(numpy("[('a', '|O')]", 1, "12345678"), Status::unsupported, {"'a'", "Python objects"});
    refused(numpy("[('a', '<u3')]", 1, "123"), Status::unsupported, {"'a'", "<u3"});
    refused(numpy("[('a', '<x')]", 1, "123"), Status::unsupported, {"'a'", "<x"});
    refused(numpy("[('uid', '<i8')]", 1, "12345678"), Status::bad_file, {"'uid'", "<i8"});
    refused(numpy("[('a', '<u4'), ('a', '<u4')]", 1, "12345678"), Status::bad_file, {"two fields", "'a'"});
    refused(numpy("[('a', '<u4', (65536, 65536))]", 1, "1234"), Status::bad_file, {"'a'", "absurd shape"});
    refused(numpy("[('a', '|S9999999999')]", 1, "1234"), Status::unsupported, {"'a'"});
    refused(numpy("[('a', [('b', '<u4')])]", 1, "1234"), Status::unsupported, {"'a'", "further fields"});
    refused(replaced(good, "(2,)", "(2 "), Status::bad_file, {"damaged"});
    for (std::size_t i = 10; i < 10 + descr.size() + 60; ++i) { // whatever byte of the header is hit
        std::string hit = good;
        hit[i] = static_cast<char>(hit[i] ^ 0x15);
        const auto file = folder.put("hit.cs", hit);
        try {
            (void)picker::read_cs(file);
        } catch (const picker::Error& error) {
            DOCTEST_CHECK(std::string_view(error.what()).find("hit.cs") != std::string_view::npos);
        }
    }
}

DOCTEST_TEST_CASE("damaged CSDAT files are refused by name") {
    const Folder folder;
    const std::vector<std::string> columns = {uids, packed(places), packed(floats)};
    const auto refused = [&](const std::string& bytes, Status status, std::initializer_list<std::string_view> parts) {
        const auto file = folder.put("bad.cs", bytes);
        expect_error(status, parts, [&] { (void)picker::read_cs(file); });
        expect_error(status, {file.string()}, [&] { (void)picker::read_cs(file); });
    };
    const std::string good = csdat(json, columns, heap);
    for (std::size_t size = 0; size < good.size(); ++size) { // cut anywhere
        const auto file = folder.put("cut.cs", good.substr(0, size));
        expect_error(Status::bad_file, {"cut.cs"}, [&] { (void)picker::read_cs(file); });
    }
    refused(csdat("{", {}), Status::bad_file, {"no length and no fields"});
    refused(csdat(R"({"length": -1, "dtype": []})", {}), Status::bad_file, {"no length"});
    refused(csdat(replaced(json, "3", "2000000000"), columns, heap), Status::bad_file, {"'uid'"});
    refused(csdat(replaced(json, "3", "99999999999999"), columns, heap), Status::bad_file, {"99999999999999 rows"});
    refused(csdat(replaced(json, "\"lz4\"", "\"zstd\""), columns, heap), Status::unsupported, {"zstd"});
    refused(csdat(replaced(json, "<u8", "|S8"), columns, heap), Status::bad_file, {"'uid'"});
    refused(csdat(json, {uids, packed(places), packed(floats.substr(4))}, heap), Status::bad_file, {"'p/f'"});
    refused(csdat(json, {uids, packed(places), "no block of LZ4"}, heap), Status::bad_file, {"'p/f'"});
    refused(csdat(json, {uids, packed(le<std::uint64_t>({1, 0, 11})), packed(floats)}, heap), Status::bad_file,
            {"'p/path'", "outside"});
    // A few bytes that promise gigabytes: refused before anything of that size is made.
    refused(csdat(R"({"length": 200000000, "dtype": [["x", "<u8"]], "compression": "lz4", "compressed_fields": ["x"]})",
                  {packed(uids)}),
            Status::bad_file, {"'x'"});
}
