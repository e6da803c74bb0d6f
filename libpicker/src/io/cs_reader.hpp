// What the two forms of .cs files (cs_table.hpp) share while they are read.
#pragma once

#include "io/cs_table.hpp"
#include "io/file_reader.hpp"

namespace picker {

// A .cs file being read. Sizes in it are believed only as far as the file's own size bears them out.
struct CsReading {
    const FileReader& file;
    bool (*wanted)(std::string_view);
    bool keeps(const std::string& name) const { return name == "uid" || wanted == nullptr || wanted(name); }
};

// The type of a field from NumPy's text ("<u4"); Error naming file and field for what a .cs cannot hold.
void set_cs_type(CsField& field, std::string_view type, const std::string& file);
// Sub-arrays: Error for absurd ones.
void add_cs_dimension(CsField& field, std::uint64_t size, const std::string& file);
void check_cs_fields(const std::vector<CsField>& fields, const std::string& file); // names unique, row not absurd

CsTable read_numpy_cs(const CsReading& reading);
CsTable read_csdat(const CsReading& reading);

} // namespace picker
