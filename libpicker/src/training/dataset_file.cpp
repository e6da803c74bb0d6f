// Reading a table of data sets (dataset_file.hpp).
#include "training/dataset_file.hpp"

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/csv.hpp"
#include "io/inputs.hpp"
#include "io/star_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace picker {
namespace {

struct Cells {
    std::size_t line = 0;
    std::map<std::string, std::string, std::less<>> values;
};

std::vector<Cells> csv_rows(const std::filesystem::path& path) {
    std::vector<CsvRecord> records = parse_csv(read_whole(path), path.string());
    std::erase_if(records, [](const CsvRecord& record) { return record.fields[0].starts_with('#'); });
    std::vector<Cells> rows;
    for (std::size_t r = 1; r < records.size(); ++r) {
        const std::vector<std::string>& header = records[0].fields;
        const CsvRecord& record = records[r];
        if (record.fields.size() != header.size()) {
            fail(Status::bad_file, path.string(), ":", record.line, ": ", record.fields.size(),
                 " values, but the header line has ", header.size(),
                 " columns; correct the row (a value with a comma "
                 "needs quotes)");
        }
        Cells row;
        row.line = record.line;
        for (std::size_t i = 0; i < header.size(); ++i) {
            row.values[header[i]] = record.fields[i];
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Cells> star_rows(const std::filesystem::path& path) {
    const starfile::File file = read_star_file(path);
    std::vector<Cells> rows;
    for (const starfile::Block& block : file.blocks) {
        for (std::size_t r = 0; r < block.rows(); ++r) {
            Cells row;
            row.line = block.line(r);
            for (std::size_t c = 0; c < block.columns(); ++c) {
                row.values[block.label(c)] = block.value(r, c);
            }
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

std::string cell(const Cells& row, std::string_view name) {
    const auto found = row.values.find(name);
    return found == row.values.end() ? std::string() : found->second;
}

double number_of(const Cells& row, std::string_view name, const std::filesystem::path& path) {
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

DatasetRow row_of(const Cells& cells, const std::filesystem::path& path) {
    DatasetRow row;
    row.line = cells.line;
    row.name = cell(cells, "name");
    row.micrographs = cell(cells, "micrographs");
    row.picks = cell(cells, "picks");
    row.negatives = cell(cells, "negatives");
    row.mask = cell(cells, "mask");
    row.split = cell(cells, "split");
    row.diameter = number_of(cells, "diameter", path);
    row.pixel_size = number_of(cells, "pixel_size", path);
    if (row.split != "train" && row.split != "validation" && row.split != "test") {
        fail(Status::bad_file, path.string(), ":", row.line, ": split is '", row.split,
             "'; give one of train, validation, test");
    }
    return row;
}

void add_row(Dataset& dataset, const DatasetRow& row, const std::filesystem::path& path) {
    const std::filesystem::path folder = path.parent_path();
    const std::vector<InputMicrograph> inputs = expand_inputs(patterns_of(row.micrographs, folder));
    const MatchedPicks positives = match_picks(inputs, patterns_of(row.picks, folder));
    MatchedPicks negatives;
    if (!row.negatives.empty()) {
        negatives = match_picks(inputs, patterns_of(row.negatives, folder));
    }
    const auto masks = match_masks(inputs, patterns_of(row.mask, folder));
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
        if (const InputMicrograph* mask = find_mask(masks, inputs[i].stem)) {
            item.mask_path = mask->path;
        }
        item.pixel_size = row.pixel_size > 0.0 ? row.pixel_size : inputs[i].pixel_size;
        item.diameter = row.diameter;
        item.molecule = row.name;
        item.source = text(path.string(), ":", row.line);
        dataset.add(std::move(item));
        ++used;
    }
    if (used == 0) {
        fail(Status::not_found, path.string(), ":", row.line, ": none of the ", inputs.size(),
             " micrographs has picks; rename them: files are matched by name without folder and extension");
    }
}

} // namespace

std::vector<DatasetRow> read_dataset_rows(const std::filesystem::path& table) {
    const std::vector<Cells> cells = table.extension() == ".star" ? star_rows(table) : csv_rows(table);
    if (cells.empty()) {
        fail(Status::bad_file, table.string(), ": no data sets in it; give a header line and a row for each");
    }
    for (const char* name : {"name", "micrographs", "picks", "split"}) {
        if (!cells.front().values.contains(name)) {
            fail(Status::bad_file, table.string(), ": the column '", name,
                 "' is missing; the columns are name, micrographs, picks, split, and optionally negatives, mask, "
                 "diameter, pixel_size");
        }
    }
    std::vector<DatasetRow> rows;
    for (const Cells& one : cells) {
        rows.push_back(row_of(one, table));
    }
    return rows;
}

std::size_t add_dataset_rows(Dataset& dataset, const std::filesystem::path& table, std::string_view split) {
    std::size_t added = 0;
    for (const DatasetRow& row : read_dataset_rows(table)) {
        if (row.split == split) {
            add_row(dataset, row, table);
            ++added;
        }
    }
    return added;
}

} // namespace picker
