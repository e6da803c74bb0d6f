// picker.h read as text: which functions it declares and with which parameters, so that tables of tests can be held
// against it and a new function is noticed.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace capi {

struct Parameter {
    std::string type; // "const picker_picks*"
    std::string name; // "picks"
    bool is_pointer = false;
    bool is_sized_struct = false; // points to one struct (or several) that begins with struct_size
    bool is_input = false;        // points to const
};

struct Function {
    std::string name;
    std::string returns; // "picker_status"
    std::vector<Parameter> parameters;
};

std::string public_header();                                                                  // the path of picker.h
std::vector<Function> declared_functions(const std::string& header = public_header());        // in the header's order
std::vector<std::string> declared_sized_structs(const std::string& header = public_header()); // "picker_control", ...
// The fields of every struct as "type name", in order; an array field is "char[16] name".
std::map<std::string, std::vector<std::string>> declared_fields(const std::string& header = public_header());
std::map<std::string, std::string> declared_values(const std::string& header = public_header()); // of the enums

} // namespace capi
