// picker.h, "report": the report of a run as a page, and its micrographs chosen by quality.
#include "capi/handles.hpp"
#include "report/select_micrographs.hpp"
#include "report/write_report.hpp"

#include <cstring>

using namespace picker;
using namespace picker::capi;

picker_status picker_report_options_init(picker_report_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_report_summary_init(picker_report_summary* summary, size_t struct_size) {
    return init_struct(summary, struct_size);
}

picker_status picker_report_write(const char* folder, const picker_report_options* options,
                                  picker_report_summary* summary, const picker_control* control) {
    return guard([&] {
        const std::string path = string_of(folder, "folder");
        const picker_report_options given = read_struct(options);
        if (summary != nullptr) {
            check_out(summary, "summary");
        }
        ReportOptions chosen;
        chosen.output = optional_string(given.output);
        chosen.title = optional_string(given.title);
        chosen.picture_side = given.picture_side;
        chosen.png = given.png != 0;
        chosen.pdf = given.pdf != 0;
        const ReportSummary made = write_report(path, chosen, control_of(control));
        if (summary != nullptr) {
            picker_report_summary result;
            std::memset(&result, 0, sizeof result);
            result.micrographs = static_cast<std::int64_t>(made.micrographs);
            result.failed = static_cast<std::int64_t>(made.failed);
            result.pictures = static_cast<std::int64_t>(made.pictures);
            result.without_picture = static_cast<std::int64_t>(made.without_picture);
            result.picks = static_cast<std::int64_t>(made.picks);
            result.rows = static_cast<std::int64_t>(made.rows);
            result.bytes = static_cast<std::int64_t>(made.bytes);
            result.threshold = made.threshold;
            result.diameter = made.diameter;
            write_struct(summary, result);
        }
    });
}

picker_status picker_micrograph_rules_init(picker_micrograph_rules* rules, size_t struct_size) {
    return init_struct(rules, struct_size);
}

picker_status picker_select_micrographs(const char* folder, const picker_micrograph_rules* rules, int64_t* micrographs,
                                        int64_t* selected) {
    return guard([&] {
        const std::string path = string_of(folder, "folder");
        const picker_micrograph_rules given = read_struct(rules);
        MicrographSelection selection;
        selection.rules = strings_of(given.rules, given.rule_count, "picker_micrograph_rules.rules");
        selection.list = optional_string(given.list);
        selection.output = optional_string(given.output);
        const SelectedMicrographs result = select_micrographs(path, selection);
        for (std::size_t i = 0; given.failing != nullptr && i < result.failing.size(); ++i) {
            given.failing[i] = static_cast<std::int64_t>(result.failing[i]);
        }
        if (micrographs != nullptr) {
            *micrographs = static_cast<std::int64_t>(result.micrographs);
        }
        if (selected != nullptr) {
            *selected = static_cast<std::int64_t>(result.selected);
        }
    });
}
