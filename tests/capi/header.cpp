// Reads picker.h (header.hpp). It is plain enough C for regular expressions; what they miss, the tests report.
#include "capi/header.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

namespace capi {
namespace {

// Without comments and preprocessor lines.
std::string header_text(const std::string& path) {
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (text.empty()) {
        throw std::runtime_error("cannot read " + path);
    }
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
        if (text.compare(at, 2, "/*") == 0) {
            at = text.find("*/", at) + 2;
        } else if (text[at] == '#' && (at == 0 || text[at - 1] == '\n')) {
            at = std::min(text.find('\n', at), text.size());
        } else {
            plain += text[at++];
        }
    }
    return plain;
}

std::string squeezed(const std::string& text) {
    const std::string out = std::regex_replace(text, std::regex("\\s+"), " ");
    const auto first = out.find_first_not_of(' ');
    return first == std::string::npos ? "" : out.substr(first, out.find_last_not_of(' ') - first + 1);
}

Parameter parameter_of(const std::string& text, const std::vector<std::string>& structs) {
    static const std::regex shape("^(.*[ *])(\\w+)$");
    std::smatch match;
    if (!std::regex_match(text, match, shape)) {
        throw std::runtime_error("picker.h: cannot understand the parameter " + text);
    }
    Parameter parameter;
    parameter.type = squeezed(match[1]);
    parameter.name = match[2];
    parameter.is_pointer = parameter.type.back() == '*' || parameter.type == "picker_progress_fn";
    parameter.is_input = parameter.type.rfind("const ", 0) == 0;
    const std::string base = std::regex_replace(parameter.type, std::regex("^const |\\*$"), "");
    parameter.is_sized_struct = std::find(structs.begin(), structs.end(), base) != structs.end();
    return parameter;
}

} // namespace

std::string public_header() {
    return PICKER_SOURCE_DIR "/libpicker/include/picker/picker.h";
}

std::vector<std::string> declared_sized_structs(const std::string& header) {
    const std::string text = header_text(header);
    const std::regex shape("typedef struct (\\w+) \\{\\s*size_t struct_size;");
    std::vector<std::string> names;
    for (std::sregex_iterator it(text.begin(), text.end(), shape), end; it != end; ++it) {
        names.push_back((*it)[1]);
    }
    return names;
}

std::vector<Function> declared_functions(const std::string& header) {
    const std::string text = header_text(header);
    const std::vector<std::string> structs = declared_sized_structs(header);
    const std::regex shape("PICKER_API ([^;()]*?)(picker_\\w+)\\(([^;()]*)\\)");
    std::vector<Function> functions;
    for (std::sregex_iterator it(text.begin(), text.end(), shape), end; it != end; ++it) {
        Function function;
        function.returns = squeezed((*it)[1]);
        function.name = (*it)[2];
        const std::string list = squeezed((*it)[3]);
        for (std::size_t at = 0; list != "void" && at < list.size();) {
            const std::size_t comma = std::min(list.find(',', at), list.size());
            function.parameters.push_back(parameter_of(squeezed(list.substr(at, comma - at)), structs));
            at = comma + 1;
        }
        functions.push_back(function);
    }
    return functions;
}

std::map<std::string, std::vector<std::string>> declared_fields(const std::string& header) {
    const std::string text = header_text(header);
    const std::regex shape("typedef struct (\\w+) \\{([^}]*)\\}");
    const std::regex declaration("([^;]+);");
    const std::regex declarator("^(.*?)(\\w+)(\\[\\d+\\])?$");
    std::map<std::string, std::vector<std::string>> structs;
    for (std::sregex_iterator it(text.begin(), text.end(), shape), end; it != end; ++it) {
        const std::string body = (*it)[2];
        for (std::sregex_iterator line(body.begin(), body.end(), declaration); line != end; ++line) {
            std::string rest = squeezed((*line)[1]);
            std::string type;
            while (!rest.empty()) { // "double x, y" is two fields
                const std::size_t comma = std::min(rest.find(','), rest.size());
                const std::string part = squeezed(rest.substr(0, comma));
                rest = comma < rest.size() ? rest.substr(comma + 1) : "";
                std::smatch match;
                if (!std::regex_match(part, match, declarator)) {
                    throw std::runtime_error(header + ": cannot understand the field " + part);
                }
                type = match[1].length() > 0 ? squeezed(match[1]) : type;
                structs[(*it)[1]].push_back(type + match[3].str() + " " + match[2].str());
            }
        }
    }
    return structs;
}

std::map<std::string, std::string> declared_values(const std::string& header) {
    const std::string text = header_text(header);
    const std::regex list("typedef enum \\w+ \\{([^}]*)\\}");
    const std::regex value("(\\w+) = (-?\\d+)");
    std::map<std::string, std::string> values;
    for (std::sregex_iterator it(text.begin(), text.end(), list), end; it != end; ++it) {
        const std::string body = (*it)[1];
        for (std::sregex_iterator item(body.begin(), body.end(), value); item != end; ++item) {
            values[(*item)[1]] = (*item)[2];
        }
    }
    return values;
}

} // namespace capi
