// Filling the page of a report (page.hpp).
#include "report/page.hpp"

#include "core/base64.hpp"
#include "core/error.hpp"
#include "core/fnv.hpp"
#include "report/page_files.hpp"
#include "version.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <string_view>

namespace picker {
namespace {

using Json = nlohmann::json;

constexpr double steps_per_pixel = 10000.0; // coordinates travel as whole numbers of 1e-4 pixels

// The rows of all micrographs, one after the other: little-endian, as every browser's machine counts.
struct PackedPicks {
    std::string x, y, score;
    void add(double px, double py, double value) {
        append(x, whole(px));
        append(y, whole(py));
        append(score, static_cast<float>(value));
    }

private:
    static std::int32_t whole(double pixel) {
        const double limit = 2147483647.0;
        return static_cast<std::int32_t>(std::clamp(std::round(pixel * steps_per_pixel), -limit, limit));
    }
    template <typename Value> static void append(std::string& out, Value value) {
        std::uint32_t bits = 0;
        static_assert(sizeof bits == sizeof value);
        std::memcpy(&bits, &value, sizeof bits);
        for (unsigned shift = 0; shift < 32; shift += 8) {
            out += static_cast<char>(bits >> shift & 255U);
        }
    }
};

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

// One list for each number that any micrograph's record has.
Json columns_of(const RunFolder& run) {
    std::set<std::string> names;
    for (const ReportMicrograph& micrograph : run.micrographs) {
        for (const auto& [name, value] : micrograph.values) {
            names.insert(name);
        }
    }
    Json out = Json::object();
    for (const std::string& name : names) {
        Json& list = out[name] = Json::array();
        for (const ReportMicrograph& micrograph : run.micrographs) {
            const auto found = micrograph.values.find(name);
            list.push_back(found == micrograph.values.end() ? Json(nullptr) : number(found->second));
        }
    }
    return out;
}

// Tells runs apart in a browser that keeps corrections of several: another run, another name.
std::string identity(const RunFolder& run) {
    Fnv hash;
    hash.add(run.summary.value("settings", Json::object()).dump(-1, ' ', false, Json::error_handler_t::replace));
    for (const ReportMicrograph& micrograph : run.micrographs) {
        hash.add(micrograph.item.micrograph);
        hash.add(std::to_string(micrograph.picks.size()));
    }
    return hash.digits();
}

std::string data_and_picks(const RunFolder& run, const std::vector<ReportPicture>& pictures,
                           const PageOptions& options) {
    PackedPicks packed;
    Json micrographs = Json::array();
    for (std::size_t i = 0; i < run.micrographs.size(); ++i) {
        const ReportMicrograph& one = run.micrographs[i];
        const std::size_t rows = count_at_threshold(one.picks, options.lowest_score);
        for (std::size_t row = 0; row < rows; ++row) {
            packed.add(one.picks.x[row], one.picks.y[row], one.picks.score[row]);
        }
        Json record = {{"name", one.item.micrograph},
                       {"stem", one.item.stem},
                       {"status", one.item.status},
                       {"width", one.item.width},
                       {"height", one.item.height},
                       {"pixelSize", one.item.pixel_size},
                       {"rows", rows}};
        for (const auto& [key, value] : {std::pair<const char*, const std::string*>{"error", &one.item.error},
                                         {"problem", &one.problem},
                                         {"noPicture", &pictures[i].problem}}) {
            if (!value->empty()) {
                record[key] = *value;
            }
        }
        if (pictures[i].width > 0) {
            record["picture"] = {{"width", pictures[i].width}, {"height", pictures[i].height}};
            if (pictures[i].large) {
                record["picture"]["large"] = true;
            }
        }
        micrographs.push_back(std::move(record));
    }
    const Json data = {{"id", identity(run)},
                       {"title", options.title},
                       {"folder", run.folder.string()},
                       {"writtenBy", PICKER_VERSION_STRING},
                       {"modified", run.modified},
                       {"threshold", run.threshold},
                       {"keep", std::max(run.keep, options.lowest_score)},
                       {"shortened", options.lowest_score > run.keep},
                       {"diameter", run.diameter},
                       {"run", run.summary},
                       {"micrographs", micrographs},
                       {"columns", columns_of(run)}};
    const auto block = [](const char* id, const char* type, const std::string& content) {
        return text("<script type=\"", type, "\" id=\"", id, "\">", content, "</script>\n");
    };
    return block("data", "application/json", script_safe_json(data)) +
           block("picks-x", "text/plain", base64(packed.x)) + block("picks-y", "text/plain", base64(packed.y)) +
           block("picks-score", "text/plain", base64(packed.score));
}

std::string hash_source(const char* hexadecimal) {
    std::string bytes;
    const std::string_view digits = hexadecimal;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    }
    return "'sha256-" + base64(bytes) + "'";
}

// Nothing but what is in the file: its own script and style by their hashes, pictures as data, downloads as blobs.
std::string content_policy() {
    return text("default-src 'none'; img-src data: blob:; style-src ", hash_source(page_files.style_sha256),
                "; script-src ", hash_source(page_files.script_sha256), "; base-uri 'none'; form-action 'none'");
}

} // namespace

std::string script_safe_json(const Json& json) {
    const std::string plain = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string out;
    out.reserve(plain.size());
    for (const char c : plain) { // '<' stands in strings alone
        if (c == '<') {
            out += "\\u003c";
        } else {
            out += c;
        }
    }
    return out;
}

std::string escape_html(const std::string& plain) {
    std::string out;
    for (const char c : plain) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

double lowest_score_kept(const RunFolder& run, std::size_t most) {
    std::vector<double> scores;
    for (const ReportMicrograph& one : run.micrographs) {
        std::ranges::copy_if(one.picks.score, std::back_inserter(scores), [](double s) { return !std::isnan(s); });
    }
    if (scores.size() <= most || most == 0) {
        return run.keep;
    }
    std::nth_element(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(most - 1), scores.end(),
                     std::greater<>());
    return std::clamp(scores[most - 1], std::min(run.keep, run.threshold), run.threshold);
}

std::string make_page(const RunFolder& run, const std::vector<ReportPicture>& pictures, const PageOptions& options) {
    const std::string_view html = page_files.html;
    std::string out;
    std::size_t from = 0;
    const auto up_to = [&](std::string_view mark) { // copies what stands before the mark
        const std::size_t at = html.find(mark, from);
        if (at == std::string_view::npos) {
            fail(Status::internal, "the page of the report has no mark ", mark);
        }
        out += html.substr(from, at - from);
        from = at + mark.size();
    };
    up_to("@POLICY@");
    out += content_policy();
    up_to("@TITLE@");
    out += escape_html(options.title);
    up_to("@STYLE@");
    out += page_files.style;
    up_to("@DATA@");
    out += data_and_picks(run, pictures, options);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        if (pictures[i].width > 0) {
            out += text("<script type=\"text/plain\" id=\"picture-", i, "\">", base64(pictures[i].jpeg), "</script>\n");
        }
    }
    up_to("@SCRIPT@");
    out += page_files.script;
    up_to("@END@");
    return out;
}

} // namespace picker
