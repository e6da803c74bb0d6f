// The page of a report as text: nothing in a name becomes markup, and the numbers in it are the run's.
#include "report/page.hpp"
#include "unit/report/folder.hpp"

#include <cstring>
#include <set>

using namespace io_testing;
using namespace report_testing;
using Json = nlohmann::json;

namespace {

// What stands between <script ... id="ID"> and its end.
std::string block(const std::string& page, const std::string& id) {
    const std::size_t at = page.find("id=\"" + id + "\">");
    DOCTEST_REQUIRE(at != std::string::npos);
    const std::size_t begin = page.find('>', at) + 1;
    return page.substr(begin, page.find("</script>", begin) - begin);
}

template <typename Value> std::vector<Value> numbers(const std::string& coded) {
    static const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0, count = 0;
    for (const char c : coded) {
        if (c == '=') {
            break;
        }
        bits = bits << 6U | static_cast<unsigned>(letters.find(c));
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 255U);
        }
    }
    std::vector<Value> out(bytes.size() / sizeof(Value));
    std::memcpy(out.data(), bytes.data(), out.size() * sizeof(Value));
    return out;
}

std::size_t count_of(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        ++count;
    }
    return count;
}

picker::RunFolder two_micrographs(const Folder& folder, const std::string& name = "a.mrc", double keep = 0.1) {
    folder.put("a.star", star({{10.25, 20.5, 0.4}, {590.125, 3.75, 0.9}, {-2.5, 150.0, 0.5}}));
    folder.put("b.star", star({{1, 2, 0.3}}));
    folder.put("run.json",
               run_json(record(name, "a", "done", R"(, "quality": {"ice": 0.75})") + "," + record("b.mrc", "b", "done"),
                        keep));
    return picker::read_run_folder(folder.path());
}

} // namespace

DOCTEST_TEST_CASE("text for markup and for scripts") {
    DOCTEST_CHECK(picker::escape_html("a<b>&\"'c") == "a&lt;b&gt;&amp;&quot;&#39;c");
    const Json evil = {{"name", "</script><script>alert(1)</script><!--"}, {"bytes", "\xFF\xFE"}};
    const std::string safe = picker::script_safe_json(evil);
    DOCTEST_CHECK(safe.find('<') == std::string::npos);
    DOCTEST_CHECK(Json::parse(safe).at("name") == evil.at("name"));
    DOCTEST_CHECK(Json::parse(safe).at("bytes") == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

DOCTEST_TEST_CASE("the page holds the run's coordinates, scores and numbers") {
    const Folder folder;
    const auto run = two_micrographs(folder);
    const std::vector<picker::ReportPicture> pictures = {{60, 20, true, "JPEG0", ""}, {0, 0, false, "", "it is gone"}};
    const std::string page = picker::make_page(run, pictures, {"My run", 0.0});
    const Json data = Json::parse(block(page, "data"));
    DOCTEST_CHECK(data.at("title") == "My run");
    DOCTEST_CHECK(data.at("threshold") == 0.5);
    DOCTEST_CHECK(data.at("diameter") == 150.0);
    DOCTEST_CHECK(data.at("shortened") == false);
    DOCTEST_CHECK(data.at("run").at("settings").at("model") == "abc");
    const Json& one = data.at("micrographs").at(0);
    DOCTEST_CHECK(one.at("width") == 600);
    DOCTEST_CHECK(one.at("height") == 200);
    DOCTEST_CHECK(one.at("rows") == 3);
    DOCTEST_CHECK(one.at("picture") == Json{{"width", 60}, {"height", 20}, {"large", true}});
    DOCTEST_CHECK(data.at("micrographs").at(1).at("noPicture") == "it is gone");
    DOCTEST_CHECK(data.at("columns").at("quality.ice") == Json::array({0.75, nullptr}));
    DOCTEST_CHECK(numbers<std::int32_t>(block(page, "picks-x")) ==
                  std::vector<std::int32_t>{5901250, -25000, 102500, 10000});
    DOCTEST_CHECK(numbers<std::int32_t>(block(page, "picks-y")) ==
                  std::vector<std::int32_t>{37500, 1500000, 205000, 20000});
    DOCTEST_CHECK(numbers<float>(block(page, "picks-score")) == std::vector<float>{0.9F, 0.5F, 0.4F, 0.3F});
    DOCTEST_CHECK(block(page, "picture-0") == "SlBFRzA=");
    DOCTEST_CHECK(page.find("picture-1\"") == std::string::npos);
    DOCTEST_CHECK(page.ends_with("</html>\n"));
    DOCTEST_CHECK(page == picker::make_page(run, pictures, {"My run", 0.0}));
}

DOCTEST_TEST_CASE("names cannot break out of the page") {
    const Folder folder;
    const std::string name = R"(x</script><img src=y onerror=alert(1)><!--.mrc)";
    const auto run = two_micrographs(folder, name);
    const std::vector<picker::ReportPicture> pictures(2);
    const std::string plain = picker::make_page(two_micrographs(folder), pictures, {"t", 0.0});
    const std::string page = picker::make_page(run, pictures, {"</title><script>alert(2)</script>&\"", 0.0});
    DOCTEST_CHECK(count_of(page, "<script") == count_of(plain, "<script"));
    DOCTEST_CHECK(count_of(page, "</script") == count_of(plain, "</script"));
    DOCTEST_CHECK(count_of(page, "<!--") == count_of(plain, "<!--"));
    DOCTEST_CHECK(count_of(page, "<img") == 0);
    DOCTEST_CHECK(count_of(page, "</title>") == 1);
    const Json data = Json::parse(block(page, "data"));
    DOCTEST_CHECK(data.at("micrographs").at(0).at("name") == name);
}

DOCTEST_TEST_CASE("the page asks for nothing from outside") {
    const Folder folder;
    const std::string page =
        picker::make_page(two_micrographs(folder), std::vector<picker::ReportPicture>(2), {"t", 0.0});
    DOCTEST_CHECK(count_of(page, "Content-Security-Policy\" content=\"default-src 'none'; img-src data: blob:;") == 1);
    DOCTEST_CHECK(count_of(page, "'unsafe-inline'") == 0);
    DOCTEST_CHECK(count_of(page, "'sha256-") == 2);
    for (const char* word : {" src=\"", " href=\"http", "url(", "@import", "fetch(", "XMLHttpRequest", "WebSocket"}) {
        DOCTEST_CAPTURE(word);
        DOCTEST_CHECK(count_of(page, word) == 0);
    }
}

DOCTEST_TEST_CASE("of too many rows the best stay, and never fewer than the run's picks") {
    const Folder folder;
    const auto run = two_micrographs(folder, "a.mrc", 0.2); // scores .9 .5 .4 .3
    DOCTEST_CHECK(picker::lowest_score_kept(run, 100) == doctest::Approx(0.2));
    DOCTEST_CHECK(picker::lowest_score_kept(run, 4) == doctest::Approx(0.2));
    DOCTEST_CHECK(picker::lowest_score_kept(run, 3) == doctest::Approx(0.4));
    DOCTEST_CHECK(picker::lowest_score_kept(run, 1) == doctest::Approx(0.5)); // the threshold
    const std::string page = picker::make_page(run, std::vector<picker::ReportPicture>(2), {"t", 0.4});
    const Json data = Json::parse(block(page, "data"));
    DOCTEST_CHECK(data.at("shortened") == true);
    DOCTEST_CHECK(data.at("keep") == doctest::Approx(0.4));
    DOCTEST_CHECK(data.at("micrographs").at(0).at("rows") == 3);
    DOCTEST_CHECK(data.at("micrographs").at(1).at("rows") == 0);
    DOCTEST_CHECK(numbers<float>(block(page, "picks-score")) == std::vector<float>{0.9F, 0.5F, 0.4F});
}

DOCTEST_TEST_CASE("runs that differ have different names in a browser's memory") {
    std::set<std::string> names;
    for (const double keep : {0.1, 0.2}) {
        for (const char* name : {"a.mrc", "other.mrc"}) {
            const Folder folder;
            const auto run = two_micrographs(folder, name, keep);
            const std::string page = picker::make_page(run, std::vector<picker::ReportPicture>(2), {"t", 0.0});
            names.insert(Json::parse(block(page, "data")).at("id").get<std::string>());
        }
    }
    DOCTEST_CHECK(names.size() == 4);
}
