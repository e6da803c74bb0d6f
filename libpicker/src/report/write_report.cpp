// Writing a report (write_report.hpp).
#include "report/write_report.hpp"

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/image_formats.hpp"
#include "report/page.hpp"
#include "report/plots.hpp"

namespace picker {
namespace {

constexpr std::size_t most_warnings = 5;

std::string name_of(const std::filesystem::path& folder) {
    std::error_code none;
    const auto absolute = std::filesystem::absolute(folder, none).lexically_normal();
    const auto name = absolute.has_filename() ? absolute.filename() : absolute.parent_path().filename();
    return name.empty() ? "picks" : name.string();
}

constexpr double dots_per_point = 300.0 / 72.0; // as journals ask for

std::vector<std::filesystem::path> write_plots(const RunFolder& run, const std::filesystem::path& page,
                                               const ReportOptions& options, const Control& control) {
    std::vector<std::filesystem::path> out;
    const auto beside = [&](const std::string& ending) {
        return out.emplace_back(page.parent_path() / (page.stem().string() + ending));
    };
    const std::vector<Drawing> plots = plots_of(run, control);
    if (options.pdf) {
        write_whole(beside(".pdf"), pdf_of(plots));
    }
    for (const Drawing& plot : plots) {
        if (options.png) {
            const Picture picture = rasterise(plot, dots_per_point);
            write_png(beside("-" + plot.name + ".png"), picture.width, picture.height, 3, picture.samples);
        }
    }
    return out;
}

} // namespace

ReportSummary write_report(const std::filesystem::path& folder, const ReportOptions& options, const Control& control) {
    if (options.picture_side < 0 || options.picture_side > 4096) {
        fail(Status::invalid_argument, "the pictures of a report cannot be ", options.picture_side,
             " pixels long; give 1 to 4096, or 0 for a size by their number");
    }
    if (options.png && !can_rasterise()) {
        fail(Status::unsupported, "this libpicker was built without stb_truetype, which draws the words of plots as ",
             "pixels; ask for PDF, or build it with the package libstb-dev");
    }
    const RunFolder run = read_run_folder(folder);
    ReportSummary summary;
    summary.output = options.output.empty() ? folder / "report.html" : options.output;
    AtomicFile file(summary.output); // before the work, which is long
    const auto pictures = make_pictures(run, options.picture_side, control);
    PageOptions page;
    page.title = options.title.empty() ? name_of(folder) : options.title;
    page.lowest_score = lowest_score_kept(run, most_picks);
    std::size_t problems = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const ReportMicrograph& one = run.micrographs[i];
        summary.failed += one.item.status == "failed" ? 1 : 0;
        summary.pictures += pictures[i].width > 0 ? 1 : 0;
        summary.picks += count_at_threshold(one.picks, run.threshold);
        summary.rows += count_at_threshold(one.picks, page.lowest_score);
        for (const std::string* problem : {&one.problem, &pictures[i].problem}) {
            if (!problem->empty() && ++problems <= most_warnings) {
                control.warn(*problem);
            }
        }
        summary.without_picture += pictures[i].problem.empty() ? 0 : 1;
    }
    if (problems > most_warnings) {
        control.warn(text("and ", problems - most_warnings, " more; the page names them all"));
    }
    summary.micrographs = run.micrographs.size();
    summary.threshold = run.threshold;
    summary.diameter = run.diameter;
    const std::string html = make_page(run, pictures, page);
    summary.bytes = html.size();
    if (options.png || options.pdf) {
        summary.plots = write_plots(run, summary.output, options, control);
    }
    file.write(html);
    file.commit();
    return summary;
}

} // namespace picker
