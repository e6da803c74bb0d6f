// picker pick --rerun: the run that a run.json tells of, as the flags that repeat it, once everything that it was made
// from is found as it was.
#include "pick_parts.hpp"
#include "run_records.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sys/stat.h>

namespace cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* new_one = "; pick anew with picker pick --model MODEL --micrographs IN";

std::string bytes_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (!in.is_open() || in.bad()) {
        throw libpicker::Error(PICKER_IO, "cannot read " + file + "; check who may read it");
    }
    return bytes;
}

Json read_run(const std::string& file) {
    Json run = read_run_json(file);
    if (run.is_null()) {
        throw libpicker::Error(PICKER_NOT_FOUND, "cannot read " + file + "; give the run.json of a run of picker pick");
    }
    if (!run.is_object() || !run.contains("settings") || !run.contains("micrographs")) {
        throw libpicker::Error(PICKER_BAD_FILE, file + " is damaged or not of a pick run" + new_one);
    }
    if (!run.contains("origin")) {
        throw libpicker::Error(PICKER_UNSUPPORTED, file +
                                                       " is of an earlier version of libpicker, which did not record "
                                                       "where the model and the lists of micrographs lie" +
                                                       new_one + " and the settings in " + file);
    }
    return run;
}

// How a file differs from what the run recorded of it; "" where it does not.
std::string change_of(const Json& stamp) {
    const auto path = stamp.at("path").get<std::string>();
    struct stat now {};
    if (::stat(path.c_str(), &now) != 0) {
        return path + " is gone";
    }
    const auto size = stamp.at("size").get<std::int64_t>(), modified = stamp.at("modified").get<std::int64_t>();
    if (now.st_size != size) {
        return path + " has " + std::to_string(now.st_size) + " bytes (" + std::to_string(size) + " then)";
    }
    const bool same = std::int64_t{now.st_mtim.tv_sec} * 1000000000 + now.st_mtim.tv_nsec == modified;
    return same ? "" : path + " has another time stamp";
}

// Problems of a repetition, told at once.
class Problems {
public:
    void add(const std::string& problem) { all_.push_back(problem); }
    // Many of one kind: the first few by name.
    void add(const std::string& what, const std::vector<std::string>& names) {
        constexpr std::size_t most = 5;
        std::string text = std::to_string(names.size()) + what;
        for (std::size_t i = 0; i < std::min(most, names.size()); ++i) {
            text += (i == 0 ? ": " : ", ") + names[i];
        }
        if (!names.empty()) {
            add(text + (names.size() > most ? " and " + std::to_string(names.size() - most) + " more" : ""));
        }
    }
    void settle(const std::string& file, const std::string& way_out) const {
        if (all_.empty()) {
            return;
        }
        std::string text = file + " cannot be repeated, and nothing has been done:";
        for (const std::string& problem : all_) {
            text += "\n  " + problem;
        }
        throw libpicker::Error(PICKER_MISMATCH, text + "\n" + way_out);
    }

private:
    std::vector<std::string> all_;
};

// Micrographs, masks, score maps, lists: whatever the run read.
void check_files(const Json& run, Problems& problems) {
    std::set<std::string> changes, appeared;
    const auto look = [&](const Json& stamp) {
        if (const std::string change = change_of(stamp); !change.empty()) {
            changes.insert(change);
        }
    };
    for (const Json& list : run.at("origin").at("lists")) {
        look(list);
    }
    for (const Json& micrograph : run.at("micrographs")) {
        const Json& stamps = micrograph.at("inputs");
        for (const Json& stamp : stamps) {
            if (stamp.is_object()) {
                look(stamp);
            }
        }
        const auto name = micrograph.at("micrograph").get<std::string>();
        std::error_code none;
        if (!stamps.empty() && stamps.front().is_null() && fs::exists(name, none)) {
            appeared.insert(name);
        }
    }
    problems.add(" of its files have changed", {changes.begin(), changes.end()});
    problems.add(" of its micrographs were missing and are there now", {appeared.begin(), appeared.end()});
}

// The model by its hash. Returns the name or path to load it by.
std::string check_model(const Arguments& arguments, const Json& origin, Problems& problems) {
    const std::string recorded = origin.at("model").get<std::string>(), model = arguments.text("--model", recorded);
    const std::string wanted = origin.at("model_hash").get<std::string>();
    if (model.empty()) {
        problems.add("its model was made by a program and read from no file; save it there, and give it by --model");
        return model;
    }
    try {
        const std::string hash = libpicker::Model::load(model).info().hash;
        if (hash != wanted) {
            problems.add("the model " + model + " is another one (" + hash + ", the run had " + wanted +
                         "); give the run's own by --model");
        }
    } catch (const libpicker::Error& error) {
        problems.add(std::string(error.what()) + "; --model tells where the run's model is now");
    }
    return model;
}

// The micrographs as patterns: lists by their own names, for what they say of pixel sizes, other micrographs one by
// one.
std::vector<std::string> check_micrographs(const Json& run, Problems& problems) {
    std::vector<std::string> lists, patterns, names, missing;
    std::set<std::string> listed, wanted;
    for (const Json& list : run.at("origin").at("lists")) {
        lists.push_back(list.at("path").get<std::string>());
    }
    if (!lists.empty()) {
        const auto inputs = libpicker::Inputs::all_of(lists);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            listed.insert(inputs.name(i));
        }
    }
    bool first = true;
    for (const Json& micrograph : run.at("micrographs")) {
        const auto name = micrograph.at("micrograph").get<std::string>();
        wanted.insert(name);
        if (!listed.contains(name)) {
            patterns.push_back(name);
        } else if (first) {
            patterns.insert(patterns.end(), lists.begin(), lists.end());
            first = false;
        }
    }
    std::set_difference(listed.begin(), listed.end(), wanted.begin(), wanted.end(), std::back_inserter(missing));
    problems.add(" of the micrographs listed now were not in the run", missing);
    if (wanted.empty()) {
        problems.add("it has no micrographs");
    }
    return patterns;
}

const std::set<std::string>& flags_beside() {
    static const std::set<std::string> flags{"--rerun",    "--model",  "--output", "--overwrite", "--draw",
                                             "--skip-bad", "--shard",  "--memory", "--json",      "--quiet",
                                             "--threads",  "--device", "--seed"};
    return flags;
}

std::string file_of_rerun(const Arguments& arguments) {
    const std::string given = arguments.text("--rerun");
    std::error_code none;
    return fs::is_directory(given, none) ? in_folder(given, "run.json") : given;
}

bool is_of(const std::string& file, const std::string& output) {
    std::error_code none;
    return fs::weakly_canonical(fs::absolute(file, none).parent_path(), none) == fs::weakly_canonical(output, none);
}

void check_output(const std::string& file, const Arguments& arguments) {
    if (is_of(file, arguments.required_text("--output")) && !arguments.has("--overwrite")) {
        throw UsageError("picker pick: " + arguments.text("--output") + " is the folder of the run that " +
                         "--rerun repeats; give another --output, or --overwrite to do it again there");
    }
}

std::vector<std::string> repeat(const Arguments& arguments, const std::string& file, const Json& run) {
    const Json& origin = run.at("origin");
    Problems problems;
    const std::string model = check_model(arguments, origin, problems);
    check_files(run, problems);
    const auto micrographs = check_micrographs(run, problems);
    auto words = words_of_settings(run.at("settings"), origin.at("head").get<std::string>(), file);
    const auto folder = origin.at("folder").get<std::string>();
    std::error_code none;
    problems.settle(file,
                    (folder == fs::current_path(none).string()
                         ? std::string("pick what there is now")
                         : "the run was started in " + folder + ", where relative paths begin; go there, or pick") +
                        " with picker pick --model MODEL --micrographs IN");
    words.push_back("--model=" + model);
    for (const std::string& micrograph : micrographs) {
        words.push_back("--micrographs=" + micrograph);
    }
    const auto failed = [](const Json& micrograph) { return micrograph.at("status") == "failed"; };
    const Json& all = run.at("micrographs");
    if (!arguments.has("--skip-bad") && std::any_of(all.begin(), all.end(), failed)) {
        words.emplace_back("--skip-bad"); // as they were then
    }
    return words;
}

} // namespace

Arguments arguments_of_rerun(const Arguments& arguments) {
    const CommandSpec spec = pick_command().spec;
    std::vector<std::string> own;
    for (const Flag& flag : all_flags(spec)) {
        if (!arguments.has(flag.name)) {
            continue;
        }
        if (!flags_beside().contains(flag.name)) {
            throw UsageError("picker pick: --rerun takes everything from the run that it repeats; " + flag.name +
                             " does not go with it");
        }
        if (flag.name != "--model") {
            own.push_back(flag.takes == Takes::nothing ? flag.name : flag.name + "=" + arguments.text(flag.name));
        }
    }
    const std::string file = file_of_rerun(arguments);
    check_output(file, arguments);
    const Json run = read_run(file);
    std::vector<std::string> words;
    try {
        words = repeat(arguments, file, run);
        if (const auto version = run.at("version").get<std::string>(); version != picker_version()) {
            Terminal(arguments).remark("note: the run was made by libpicker " + version + ", and this is " +
                                       picker_version() + ": picks may differ");
        }
    } catch (const Json::exception& error) {
        throw libpicker::Error(PICKER_BAD_FILE,
                               file + " is damaged or not of a pick run (" + error.what() + ")" + new_one);
    }
    words.insert(words.end(), own.begin(), own.end());
    return {spec, words};
}

Json compare_with_rerun(const Arguments& arguments, const libpicker::RunReport& report, std::size_t count,
                        std::string& text, Terminal& terminal) {
    const std::string file = file_of_rerun(arguments), output = arguments.text("--output");
    if (is_of(file, output)) {
        return nullptr; // what was there has been written again
    }
    const std::string folder = fs::path(file).parent_path().string();
    std::vector<std::string> differ;
    std::int64_t same = 0, missing = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const picker_run_item item = report.item(i);
        if (!has_result(item)) {
            continue;
        }
        const std::string name = std::string(item.stem) + ".star";
        const std::string before = (fs::path(folder) / name).string();
        std::error_code none;
        if (!fs::exists(before, none)) {
            ++missing;
        } else if (bytes_of(before) == bytes_of(in_folder(output, name))) {
            ++same;
        } else {
            differ.push_back(name);
        }
    }
    text += "of the coordinate files " + std::to_string(same) + " are those of " + file + ", byte for byte" +
            (missing > 0 ? "; " + std::to_string(missing) + " are no longer there" : "") + "\n";
    if (!differ.empty()) {
        remark_names(terminal, differ, "other coordinates than in the run that is repeated");
    }
    return {{"run", file}, {"same", same}, {"differ", differ}, {"missing", missing}};
}

} // namespace cli
