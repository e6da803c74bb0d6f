// picker pick as it stays: micrographs named on standard input (--stream) or appearing in a folder (--watch) are picked
// as they come, with the model loaded once.
#include "pick_parts.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// The session, and what has been given to it.
class Resident {
public:
    Resident(const Arguments& arguments, const libpicker::Model& model, const picker_run_options& options,
             Terminal& terminal)
        : json_(arguments.has("--json")), output_(options.output), terminal_(terminal),
          session_(model.open_session(options, terminal.control())) {}

    // A name as it would be given to --micrographs. One that cannot be expanded is told, and the others go on.
    void add(const std::string& name) {
        try {
            const libpicker::Inputs inputs(std::vector<std::string>{name});
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                const auto [first, is_new] = paths_.emplace(inputs.stem(i), inputs.path(i));
                if (!is_new && first->second != inputs.path(i)) {
                    throw libpicker::Error(PICKER_MISMATCH, first->second + " has the same name, and both would " +
                                                                "write the same files; rename one of them");
                }
            }
            session_.add(inputs);
            names_.push_back(name);
        } catch (const libpicker::Error& error) {
            ++refused_;
            tell({{"micrograph", name}, {"status", "failed"}, {"error", error.what()}},
                 name + "\tfailed\t" + error.what());
            terminal_.warning(name + " failed: " + error.what());
        }
    }
    bool is_busy() const { return session_.pending() > 0; }
    // The line of the next result. False where there is none in that time.
    bool show(double seconds) {
        const picker_run_item item = session_.wait(seconds, terminal_.control());
        if (item.status[0] == '\0') {
            return false;
        }
        std::string text = std::string(item.path) + "\t" + item.status + "\t";
        text += item.error[0] != '\0'
                    ? std::string(item.error)
                    : counted(item.picks, "pick") + "\t" + in_folder(output_, std::string(item.stem) + ".star");
        tell(item_json(item), text);
        return true;
    }
    void show_all() {
        while (is_busy()) {
            show(60);
        }
    }
    std::vector<std::string> names() const { return names_; }
    std::size_t refused() const { return refused_; }

private:
    void tell(const Json& json, const std::string& text) const {
        terminal_.finish();
        put((json_ ? json.dump(-1, ' ', false, Json::error_handler_t::replace) : text) + "\n");
    }
    bool json_;
    std::string output_;
    Terminal& terminal_;
    libpicker::Session session_;
    std::vector<std::string> names_;
    std::map<std::string, std::string> paths_; // by stem
    std::size_t refused_ = 0;
};

// Lines of standard input, as they arrive.
void follow_input(Resident& resident) {
    std::string rest;
    bool open = true;
    while (open || resident.is_busy()) {
        check_interrupted();
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (open && ::poll(&input, 1, resident.is_busy() ? 0 : 200) > 0) {
            char buffer[65536];
            const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
            if (count < 0 && errno != EINTR) {
                throw libpicker::Error(PICKER_IO, std::string("cannot read standard input: ") + std::strerror(errno));
            }
            open = count != 0;
            rest.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
            rest += open || rest.empty() ? "" : "\n"; // a last line without an end
            for (std::size_t end = 0; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1)) {
                std::string line = rest.substr(0, end);
                line.erase(line.find_last_not_of("\r") + 1);
                if (!line.empty()) {
                    resident.add(line);
                }
            }
        }
        resident.show(0.1);
    }
}

// A folder in which micrographs appear.
class Watch {
public:
    Watch(const Arguments& arguments, Terminal& terminal)
        : folder_(arguments.text("--watch")), until_(arguments.text("--until")),
          idle_(arguments.above_zero("--idle").value_or(HUGE_VAL)), terminal_(terminal) {}

    void follow(Resident& resident) {
        scan(resident, true);
        auto change = Clock::now(), look = change;
        for (bool last = false; !last || resident.is_busy();) {
            check_interrupted();
            if (!last && seconds_since(look) >= 1) {
                look = Clock::now();
                std::error_code none;
                const bool told = !until_.empty() && fs::exists(until_, none);
                last = told || seconds_since(change) >= idle_;
                if (scan(resident, false) || resident.is_busy()) {
                    change = Clock::now();
                    last = told;
                }
                if (last) {
                    add_rest(resident);
                }
            }
            if (resident.is_busy()) {
                resident.show(0.1);
            } else if (!last) {
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
            }
        }
    }

private:
    struct File {
        std::uintmax_t size = 0;
        fs::file_time_type modified;
        bool added = false;
    };

    // Adds what is whole, and tells whether anything has changed. A file is taken for whole when its header promises
    // what it holds, and neither size nor time have changed since the last look.
    bool scan(Resident& resident, bool first) {
        std::error_code error;
        fs::directory_iterator entries(folder_, error);
        if (error) {
            if (first) {
                throw libpicker::Error(PICKER_IO, "cannot read the folder " + folder_ + ": " + error.message());
            }
            if (!lost_) {
                terminal_.remark("note: the folder " + folder_ + " cannot be read at present: " + error.message());
            }
            lost_ = true;
            return false;
        }
        lost_ = false;
        bool changed = false;
        for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
            const std::string path = entries->path().string();
            std::error_code none;
            if (!is_image(entries->path()) || !entries->is_regular_file(none)) {
                continue;
            }
            File now{entries->file_size(none), entries->last_write_time(none), false};
            File& known = files_[path];
            if (known.added) {
                continue;
            }
            if (now.size != known.size || now.modified != known.modified) {
                known = now;
                changed = true;
            } else if (is_whole(path)) {
                known.added = changed = true;
                resident.add(path);
            }
        }
        return changed;
    }
    // What is not whole at the end fails when it is read, with the reason.
    void add_rest(Resident& resident) {
        for (auto& [path, file] : files_) {
            if (!file.added) {
                file.added = true;
                resident.add(path);
            }
        }
    }
    static bool is_image(const fs::path& path) {
        std::string ending = path.extension().string();
        std::transform(ending.begin(), ending.end(), ending.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return (ending == ".mrc" || ending == ".tif" || ending == ".tiff") && path.filename().string().front() != '.';
    }
    static bool is_whole(const std::string& path) {
        auto info = libpicker::make<picker_micrograph_info>();
        return picker_micrograph_inspect(path.c_str(), 0, &info) == PICKER_OK;
    }

    std::string folder_, until_;
    double idle_; // seconds
    Terminal& terminal_;
    std::map<std::string, File> files_;
    bool lost_ = false;
};

} // namespace

void check_interrupted() {
    if (interrupted()) {
        throw libpicker::Error(PICKER_CANCELLED, "cancelled: what is done is kept; the same command goes on from here");
    }
}

bool is_resident(const Arguments& arguments) {
    arguments.not_together("--stream", {"--watch", "--micrographs", "--shard"});
    arguments.not_together("--watch", {"--micrographs", "--shard"});
    for (const char* flag : {"--until", "--idle"}) {
        if (arguments.has(flag) && !arguments.has("--watch")) {
            throw UsageError(std::string("picker pick: ") + flag + " belongs to --watch");
        }
    }
    if (arguments.has("--watch") && !arguments.has("--until") && !arguments.has("--idle")) {
        throw UsageError("picker pick: --watch needs to know when to end: --until FILE, --idle SECONDS, or both");
    }
    return arguments.has("--stream") || arguments.has("--watch");
}

libpicker::Inputs pick_as_they_come(const Arguments& arguments, const libpicker::Model& model,
                                    picker_run_options& options, Terminal& terminal, std::size_t& refused) {
    Resident resident(arguments, model, options, terminal);
    if (arguments.has("--stream")) {
        follow_input(resident);
    } else {
        Watch(arguments, terminal).follow(resident);
    }
    options.overwrite = 0; // what is done now counts
    refused = resident.refused();
    std::vector<std::string> names = resident.names();
    if (arguments.has("--watch")) {
        std::sort(names.begin(), names.end()); // as --micrographs DIR lists them
    }
    return libpicker::Inputs(names);
}

} // namespace cli
