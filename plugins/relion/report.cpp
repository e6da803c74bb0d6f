// The report of a job's run (report.hpp).
#include "report.hpp"

#include "console.hpp"

#include <filesystem>
#include <string>

namespace relion {

bool write_reports(const Job& job, const libpicker::Control& control) {
    std::error_code none;
    for (int number = 1;; ++number) {
        const std::string folder = job.file("picker_run/" + std::to_string(number));
        if (!std::filesystem::exists(folder + "/run.json", none)) {
            return true;
        }
        const std::string page = job.file(number == 1 ? "report.html" : "report-" + std::to_string(number) + ".html");
        const std::string& title = job.folder();
        auto options = libpicker::make<picker_report_options>();
        options.output = page.c_str();
        options.title = title.c_str();
        try {
            libpicker::write_report(folder, options, control);
            say("report " + page + ", for any browser");
        } catch (const libpicker::Error& error) {
            if (error.status() == PICKER_CANCELLED) {
                return false;
            }
            warn("there is no report: " + std::string(error.what()));
        }
    }
}

} // namespace relion
