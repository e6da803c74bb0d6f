// Prints every field of a .cs file as JSON, for comparison with cryosparc-tools (tests/plugins/cryosparc).
#include "core/error.hpp"
#include "io/cs_table.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: cs_dump FILE.cs\n";
        return 2;
    }
    try {
        const picker::CsTable table = picker::read_cs(argv[1]);
        nlohmann::json fields = nlohmann::json::array();
        for (const picker::CsColumn& column : table.columns) {
            nlohmann::json values = nlohmann::json::array();
            for (std::size_t row = 0; row < table.rows; ++row) {
                values.push_back(column.text(row));
            }
            fields.push_back({{"name", column.field.name}, {"type", column.field.type()}, {"values", values}});
        }
        std::cout << nlohmann::json({{"rows", table.rows}, {"fields", fields}}) << "\n";
        return 0;
    } catch (const picker::Error& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
