// picker.h, "dataset": micrographs with coordinates, and tables of them.
#include "capi/handles.hpp"
#include "training/dataset_file.hpp"
#include "training/write_positives.hpp"

#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

DatasetItem item_of(const picker_picks* positives, const picker_dataset_item* item) {
    const picker_dataset_item given = read_struct(item);
    DatasetItem result;
    result.positives = required(positives, "positives").value;
    if (given.avoid != nullptr) {
        result.avoid = given.avoid->value;
    }
    if (given.negatives != nullptr) {
        result.negatives = given.negatives->value;
    }
    result.pixel_size = not_negative(given.pixel_size, "picker_dataset_item.pixel_size");
    result.diameter = not_negative(given.diameter, "picker_dataset_item.diameter");
    result.molecule = optional_string(given.molecule);
    result.mask_path = optional_string(given.mask_path);
    if (given.mask != nullptr) {
        if (!result.mask_path.empty()) {
            fail(Status::invalid_argument, "picker_dataset_item has both mask_path and mask; give one of them");
        }
        result.mask = std::make_shared<const ExclusionMask>(mask_of(given.mask));
    }
    return result;
}

void add_item(picker_dataset& dataset, DatasetItem item) {
    dataset.value.add(std::move(item));
    note_paths(dataset);
}

const DatasetItem& item_at(const picker_dataset& dataset, size_t index) {
    if (index >= dataset.value.items.size()) {
        fail(Status::not_found, "there is no micrograph ", index, "; this data set has ", dataset.value.items.size());
    }
    return dataset.value.items[index];
}

} // namespace

void picker::capi::note_paths(picker_dataset& dataset) {
    for (std::size_t i = dataset.paths.size(); i < dataset.value.items.size(); ++i) {
        dataset.paths.push_back(dataset.value.items[i].path.string());
        dataset.masks.push_back(dataset.value.items[i].mask_path.string());
    }
}

picker_status picker_dataset_item_init(picker_dataset_item* item, size_t struct_size) {
    return init_struct(item, struct_size);
}

picker_status picker_dataset_create(picker_dataset** out) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        target = new picker_dataset;
    });
}

picker_status picker_dataset_add(picker_dataset* dataset, const char* path, const picker_picks* positives,
                                 const picker_dataset_item* item) {
    return guard([&] {
        picker_dataset& target = required(dataset, "dataset");
        DatasetItem entry = item_of(positives, item);
        entry.path = string_of(path, "path");
        add_item(target, std::move(entry));
    });
}

picker_status picker_dataset_add_micrograph(picker_dataset* dataset, const picker_micrograph* micrograph,
                                            const picker_picks* positives, const picker_dataset_item* item) {
    return guard([&] {
        picker_dataset& target = required(dataset, "dataset");
        DatasetItem entry = item_of(positives, item);
        entry.micrograph = std::make_shared<const Micrograph>(required(micrograph, "micrograph").value);
        add_item(target, std::move(entry));
    });
}

picker_status picker_dataset_add_rows(picker_dataset* dataset, const char* path, const char* split, size_t* rows) {
    return guard([&] {
        if (rows != nullptr) {
            *rows = 0;
        }
        picker_dataset& target = required(dataset, "dataset");
        const std::string file = string_of(path, "path");
        const std::string wanted = string_of(split, "split");
        if (wanted != "train" && wanted != "validation" && wanted != "test") {
            fail(Status::invalid_argument, "there is no split '", wanted, "'; give train, validation or test");
        }
        const std::size_t added = add_dataset_rows(target.value, file, wanted);
        note_paths(target);
        if (rows != nullptr) {
            *rows = added;
        }
    });
}

size_t picker_dataset_count(const picker_dataset* dataset) {
    return dataset == nullptr ? 0 : dataset->value.items.size();
}

size_t picker_dataset_positives(const picker_dataset* dataset) {
    return dataset == nullptr ? 0 : dataset->value.positives();
}

picker_status picker_dataset_entry_init(picker_dataset_entry* entry, size_t struct_size) {
    return init_struct(entry, struct_size);
}

picker_status picker_dataset_get(const picker_dataset* dataset, size_t index, picker_dataset_entry* entry) {
    return guard([&] {
        check_out(entry, "entry");
        const picker_dataset& source = required(dataset, "dataset");
        const DatasetItem& item = item_at(source, index);
        picker_dataset_entry result;
        std::memset(&result, 0, sizeof result);
        result.path = source.paths[index].c_str();
        result.molecule = item.molecule.c_str();
        result.mask = source.masks[index].c_str();
        result.source = item.source.c_str();
        result.pixel_size = item.pixel_size;
        result.diameter = item.diameter;
        result.positives = static_cast<std::int64_t>(item.positives.size());
        result.negatives = static_cast<std::int64_t>(item.negatives.size());
        write_struct(entry, result);
    });
}

picker_status picker_dataset_picks(picker_picks** out, const picker_dataset* dataset, size_t index, int32_t negatives) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const DatasetItem& item = item_at(required(dataset, "dataset"), index);
        target = new picker_picks{negatives != 0 ? item.negatives : item.positives};
    });
}

picker_status picker_dataset_write_positives(const picker_dataset* dataset, const char* folder) {
    return guard([&] { write_positives(required(dataset, "dataset").value, string_of(folder, "folder")); });
}

void picker_dataset_free(picker_dataset* dataset) {
    delete dataset;
}

picker_status picker_dataset_row_init(picker_dataset_row* row, size_t struct_size) {
    return init_struct(row, struct_size);
}

picker_status picker_dataset_table_read(picker_dataset_table** out, const char* path) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        target = new picker_dataset_table{read_dataset_rows(string_of(path, "path"))};
    });
}

size_t picker_dataset_table_count(const picker_dataset_table* table) {
    return table == nullptr ? 0 : table->rows.size();
}

picker_status picker_dataset_table_row(const picker_dataset_table* table, size_t index, picker_dataset_row* row) {
    return guard([&] {
        check_out(row, "row");
        const picker_dataset_table& source = required(table, "table");
        if (index >= source.rows.size()) {
            fail(Status::not_found, "there is no row ", index, "; this table has ", source.rows.size());
        }
        const DatasetRow& from = source.rows[index];
        picker_dataset_row result;
        std::memset(&result, 0, sizeof result);
        result.name = from.name.c_str();
        result.micrographs = from.micrographs.c_str();
        result.picks = from.picks.c_str();
        result.negatives = from.negatives.c_str();
        result.mask = from.mask.c_str();
        result.split = from.split.c_str();
        result.diameter = from.diameter;
        result.pixel_size = from.pixel_size;
        result.line = static_cast<std::int64_t>(from.line);
        write_struct(row, result);
    });
}

void picker_dataset_table_free(picker_dataset_table* table) {
    delete table;
}
