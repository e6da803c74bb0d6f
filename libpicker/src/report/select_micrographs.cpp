// Micrographs chosen by their quality (select_micrographs.hpp).
#include "report/select_micrographs.hpp"

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/cs_exposures.hpp"
#include "io/cs_table.hpp"
#include "io/csv.hpp"
#include "io/picks_formats.hpp"
#include "io/star_file.hpp"
#include "io/star_micrographs.hpp"
#include "picking/quality_table.hpp"
#include "picking/run_files.hpp"
#include "report/run_folder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <set>

namespace picker {
namespace {

struct Rule {
    std::string text, column, comparison;
    double limit = 0.0;
    bool holds(double value) const {
        if (comparison == ">=") {
            return value >= limit;
        }
        if (comparison == "<=") {
            return value <= limit;
        }
        return comparison == ">" ? value > limit : value < limit;
    }
};

std::string names_of_numbers() {
    std::string out;
    for (const auto& [name, value] : quality_numbers(RunItem{}, 0.0)) {
        out += (out.empty() ? "" : ", ") + std::string(name);
    }
    return out;
}

Rule parse_rule(const std::string& text) {
    Rule rule;
    rule.text = text;
    const std::size_t at = text.find_first_of("<>=");
    const std::size_t end = at == text.npos ? at : text.find_first_not_of("<>=", at);
    if (at != text.npos && end != text.npos) {
        rule.column = trimmed(std::string_view(text).substr(0, at));
        rule.comparison = text.substr(at, end - at);
    }
    rule.limit = end == text.npos
                     ? MicrographQuality::unknown
                     : parse_number(std::string_view(text).substr(end)).value_or(MicrographQuality::unknown);
    const std::set<std::string> comparisons{">=", "<=", ">", "<"};
    if (!std::isfinite(rule.limit) || !comparisons.contains(rule.comparison)) {
        fail(Status::invalid_argument, "the rule '", text,
             "' is none; write a name, one of >= <= > <, and a number, such as \"picks >= 20\"");
    }
    const auto numbers = quality_numbers(RunItem{}, 0.0);
    if (std::ranges::none_of(numbers, [&](const auto& one) { return one.first == rule.column; })) {
        fail(Status::invalid_argument, "the rule '", text, "' speaks of '", rule.column,
             "', which quality.csv does not have; it has ", names_of_numbers());
    }
    return rule;
}

std::string digits(double value) {
    std::array<char, 32> buffer{};
    return {buffer.data(),
            std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 4).ptr};
}

// What the rules say to each micrograph.
class Judge {
public:
    Judge(const RunFolder& run, const std::vector<std::string>& rules) : run_(run) {
        std::ranges::transform(rules, std::back_inserter(rules_), parse_rule);
        failing_.resize(rules_.size(), 0);
        for (const ReportMicrograph& micrograph : run.micrographs) {
            by_name_[micrograph.item.micrograph] = &micrograph.item;
            by_stem_[micrograph.item.stem] = &micrograph.item;
        }
    }
    // By name, else by stem; null where the run has none.
    const RunItem* find(const std::string& name) const {
        const auto named = by_name_.find(name);
        if (named != by_name_.end()) {
            return named->second;
        }
        const auto stem = by_stem_.find(match_stem(name));
        return stem == by_stem_.end() ? nullptr : stem->second;
    }
    // Notes the micrograph; whether it passes.
    bool add(const std::string& name) {
        const std::string reasons = reasons_for(find(name));
        ++all_;
        passed_ += reasons.empty() ? 1 : 0;
        table_ += csv_field(name) + (reasons.empty() ? ",1," : ",0,") + csv_field(reasons) + '\n';
        return reasons.empty();
    }
    const std::string& table() const { return table_; }
    SelectedMicrographs result() const { return {all_, passed_, failing_}; }

private:
    std::string reasons_for(const RunItem* item) {
        if (item == nullptr) {
            return "not in the run";
        }
        if (!is_done(*item)) {
            return item->status + (item->error.empty() ? "" : ": " + item->error);
        }
        std::string out;
        const auto numbers = quality_numbers(*item, run_.threshold);
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            const double value =
                std::ranges::find_if(numbers, [&](const auto& one) { return one.first == rules_[i].column; })->second;
            if (!rules_[i].holds(value)) { // NaN never does
                ++failing_[i];
                out += (out.empty() ? "" : "; ") + rules_[i].column +
                       (std::isnan(value) ? " unknown" : " " + digits(value)) + ", not " + rules_[i].comparison + " " +
                       digits(rules_[i].limit);
            }
        }
        return out;
    }

    const RunFolder& run_;
    std::vector<Rule> rules_;
    std::map<std::string, const RunItem*> by_name_, by_stem_;
    std::string table_ = "micrograph,selected,reason\n";
    std::size_t all_ = 0, passed_ = 0;
    std::vector<std::size_t> failing_;
};

void refuse_foreign(const std::filesystem::path& list, const RunFolder& run) {
    fail(Status::mismatch, "none of the micrographs in ", list.string(), " is of the run in ", run.folder.string(),
         "; give the list that the run was made from");
}

bool lists_micrographs(const starfile::Block& block) {
    return block.is_loop() && block.find("rlnMicrographName").has_value();
}

starfile::Block with_rows(const starfile::Block& block, const std::set<std::string>& names) {
    const std::size_t column = *block.find("rlnMicrographName");
    starfile::Block out(block.name());
    out.set_version(block.version());
    for (std::size_t i = 0; i < block.columns(); ++i) {
        out.add_column(block.label(i));
    }
    for (std::size_t row = 0; row < block.rows(); ++row) {
        if (names.contains(std::string(block.value(row, column)))) {
            std::vector<std::string> values;
            for (std::size_t i = 0; i < block.columns(); ++i) {
                values.emplace_back(block.value(row, i));
            }
            out.add_row(values);
        }
    }
    return out;
}

std::string star_of_list(const std::filesystem::path& list, Judge& judge, const RunFolder& run) {
    std::set<std::string> passing;
    bool any = false;
    for (const InputMicrograph& micrograph : read_micrograph_list(list)) {
        any = any || judge.find(micrograph.name) != nullptr;
        if (judge.add(micrograph.name)) {
            passing.insert(micrograph.name);
        }
    }
    if (!any) {
        refuse_foreign(list, run);
    }
    starfile::File file = read_star_file(list);
    return with_star_errors([&] {
        for (starfile::Block& block : file.blocks) {
            if (lists_micrographs(block)) {
                block = with_rows(block, passing);
            }
        }
        return starfile::to_string(file);
    });
}

std::string star_of_run(const RunFolder& run, Judge& judge) {
    starfile::Block block("");
    block.add_column("rlnMicrographName");
    for (const ReportMicrograph& micrograph : run.micrographs) {
        if (judge.add(micrograph.item.micrograph)) {
            block.add_row({micrograph.item.micrograph});
        }
    }
    starfile::File file;
    file.blocks.push_back(std::move(block));
    return starfile::to_string(file);
}

// The rows of a .cs whose micrograph passes; every field as it is.
std::string cs_of_list(const std::filesystem::path& list, Judge& judge, const RunFolder& run) {
    std::set<std::uint64_t> passing;
    bool any = false;
    for (const auto& [path, micrographs] : read_exposures({list})) {
        for (const InputMicrograph& micrograph : micrographs) {
            any = any || judge.find(micrograph.name) != nullptr;
            if (judge.add(micrograph.name)) {
                passing.insert(exposure_uid(micrograph));
            }
        }
    }
    if (!any) {
        refuse_foreign(list, run);
    }
    CsTable table = read_cs(list);
    const CsColumn* of_particles = table.find("location/micrograph_uid");
    const CsColumn* uids = of_particles != nullptr ? of_particles : table.find("uid");
    if (uids == nullptr) {
        fail(Status::bad_file, list.string(), " has no field uid; give cryoSPARC's list of exposures");
    }
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < table.rows; ++row) {
        if (passing.contains(uids->whole(row))) {
            rows.push_back(row);
        }
    }
    for (CsColumn& column : table.columns) {
        CsColumn kept{column.field, {}, {}};
        const std::size_t size = column.field.row_bytes();
        for (const std::size_t row : rows) {
            if (column.field.is_text()) {
                kept.texts.push_back(column.texts[row]);
            } else {
                const auto begin = column.bytes.begin() + static_cast<std::ptrdiff_t>(row * size);
                kept.bytes.insert(kept.bytes.end(), begin, begin + static_cast<std::ptrdiff_t>(size));
            }
        }
        column = std::move(kept);
    }
    return numpy_bytes(table.columns, rows.size());
}

} // namespace

SelectedMicrographs select_micrographs(const std::filesystem::path& folder, const MicrographSelection& selection) {
    const RunFolder run = read_run_folder(folder);
    Judge judge(run, selection.rules);
    const std::filesystem::path output = selection.output.empty() ? folder : selection.output;
    const bool is_cs = lower_case(selection.list.extension().string()) == ".cs";
    const std::filesystem::path file = output / (is_cs ? "micrographs_selected.cs" : "micrographs_selected.star");
    std::error_code none;
    if (!selection.list.empty() && std::filesystem::equivalent(selection.list, file, none)) {
        fail(Status::invalid_argument, "the list ", selection.list.string(),
             " would be overwritten by its own selection; choose another output folder");
    }
    const std::string bytes = selection.list.empty() ? star_of_run(run, judge)
                              : is_cs                ? cs_of_list(selection.list, judge, run)
                                                     : star_of_list(selection.list, judge, run);
    make_output_folder(output);
    write_whole(output / "selection.csv", judge.table());
    write_whole(file, bytes);
    return judge.result();
}

} // namespace picker
