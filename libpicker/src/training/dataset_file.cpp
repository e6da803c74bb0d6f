// Reading a table of data sets (dataset_file.hpp).
#include "training/dataset_file.hpp"

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/csv.hpp"
#include "io/inputs.hpp"
#include "starfile/starfile.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace picker {
namespace {

struct Row {
    std::size_t line = 0;
    std::map<std::string, std::string, std::less<>> values;
};

std::vector<Row> csv_rows(const std::filesystem::path& path) {
    std::vector<CsvRecord> records = parse_csv(read_whole(path), path.string());
    std::erase_if(records, [](const CsvRecord& record) { return record.fields[0].starts_with('#'); });
    std::vector<Row> rows;
    for (std::size_t r = 1; r < records.size(); ++r) {
        const std::vector<std::string>& header = records[0].fields;
        const CsvRecord& record = records[r];
        if (record.fields.size() != header.size()) {
            fail(Status::bad_file, path.string(), ":", record.line, ": ", record.fields.size(),
                 " values, but the header line has ", header.size(), " columns");
        }
        Row row;
        row.line = record.line;
        for (std::size_t i = 0; i < header.size(); ++i) {
            row.values[header[i]] = record.fields[i];
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Row> star_rows(const std::filesystem::path& path) {
    const starfile::File file = starfile::read(path);
    std::vector<Row> rows;
    for (const starfile::Block& block : file.blocks) {
        for (std::size_t r = 0; r < block.rows(); ++r) {
            Row row;
            row.line = block.line(r);
            for (std::size_t c = 0; c < block.columns(); ++c) {
                row.values[block.label(c)] = block.value(r, c);
            }
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

std::string cell(const Row& row, std::string_view name) {
    const auto found = row.values.find(name);
    return found == row.values.end() ? std::string() : found->second;
}

double number_of(const Row& row, std::string_view name, const std::filesystem::path& path) {
    const std::string value = cell(row, name);
    if (value.empty()) {
        return 0.0;
    }
    double result = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
    if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(result) || result < 0) {
        fail(Status::bad_file, path.string(), ":", row.line, ": ", name, " is '", value,
             "'; give a number in angstrom, or leave it empty");
    }
    return result;
}

std::vector<std::string> patterns_of(const std::string& value, const std::filesystem::path& folder) {
    std::vector<std::string> patterns;
    for (std::size_t start = 0; start <= value.size();) {
        const std::size_t end = std::min(value.find(';', start), value.size());
        if (end > start) {
            const std::filesystem::path pattern = value.substr(start, end - start);
            patterns.push_back(pattern.is_absolute() || folder.empty() ? pattern.string()
                                                                       : (folder / pattern).string());
        }
        start = end + 1;
    }
    return patterns;
}

void add_row(Dataset& dataset, const Row& row, const std::filesystem::path& path) {
    const std::filesystem::path folder = path.parent_path();
    const std::vector<InputMicrograph> inputs = expand_inputs(patterns_of(cell(row, "micrographs"), folder));
    const MatchedPicks positives = match_picks(inputs, patterns_of(cell(row, "picks"), folder));
    MatchedPicks negatives;
    if (!cell(row, "negatives").empty()) {
        negatives = match_picks(inputs, patterns_of(cell(row, "negatives"), folder));
    }
    std::size_t used = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!positives.found[i]) {
            continue; // no coordinate file is not the same as no particles
        }
        DatasetItem item;
        item.path = inputs[i].path;
        item.positives = positives.picks[i];
        if (!negatives.picks.empty()) {
            item.negatives = negatives.picks[i];
        }
        item.pixel_size = number_of(row, "pixel_size", path);
        if (item.pixel_size <= 0) {
            item.pixel_size = inputs[i].pixel_size;
        }
        item.diameter = number_of(row, "diameter", path);
        item.molecule = cell(row, "name");
        dataset.add(std::move(item));
        ++used;
    }
    if (used == 0) {
        fail(Status::not_found, path.string(), ":", row.line, ": none of the ", inputs.size(),
             " micrographs has picks; files are matched by name without folder and extension");
    }
}

} // namespace

std::size_t add_dataset_rows(Dataset& dataset, const std::filesystem::path& table, std::string_view split) {
    const std::vector<Row> rows = table.extension() == ".star" ? star_rows(table) : csv_rows(table);
    if (rows.empty()) {
        fail(Status::bad_file, table.string(), ": no data sets in it; give a header line and a row for each");
    }
    for (const char* name : {"name", "micrographs", "picks", "split"}) {
        if (!rows.front().values.contains(name)) {
            fail(Status::bad_file, table.string(), ": the column '", name,
                 "' is missing; the columns are name, micrographs, picks, split, and optionally negatives, diameter, "
                 "pixel_size");
        }
    }
    std::size_t added = 0;
    for (const Row& row : rows) {
        const std::string of_row = cell(row, "split");
        if (of_row != "train" && of_row != "validation" && of_row != "test") {
            fail(Status::bad_file, table.string(), ":", row.line, ": split is '", of_row,
                 "'; it is one of train, validation, test");
        }
        if (of_row == split) {
            add_row(dataset, row, table);
            ++added;
        }
    }
    return added;
}

} // namespace picker
