// The job's words (console.hpp).
#include "console.hpp"

#include "chart.hpp"
#include "signals.hpp"
#include "text_file.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>

namespace relion {

using Clock = std::chrono::steady_clock;

void say(const std::string& line) {
    std::cout << " " << line << std::endl;
}

void warn(const std::string& line) {
    std::cerr << " WARNING: " << line << std::endl;
}

Host greet(const Job& job, const std::string& what, const std::string& list) {
    const Host host = host_of(job.folder());
    say(std::string("picker ") + picker_version() + " for RELION " + host.name + " " + what + " " + list);
    if (!host.remark.empty()) {
        warn(host.remark);
    }
    return host;
}

std::string star_list(const std::string& list) {
    if (std::filesystem::path(list).extension() != ".star") {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT, "--in_mics " + list +
                                                            " is no STAR file; choose the micrographs "
                                                            "of an Import, MotionCorr or CtfFind job");
    }
    return list;
}

libpicker::Control control_of(const Job& job, const Parameters& parameters) {
    libpicker::Control control;
    control.threads = parameters.threads();
    control.device_name = parameters.text("device", "auto");
    control.progress = [&job, last = Clock::now()](const picker_progress& p) mutable {
        const auto now = Clock::now();
        const bool training = std::string(p.stage) == "train", epoch = training && p.item[0] != '\0';
        if ((!training || epoch) && now - last >= std::chrono::seconds(10)) { // run.out is read by people
            last = now;
            say(epoch ? std::string(p.item) + " of " + std::to_string(p.total) + ": validation loss " +
                            number_text(p.value)
                      : std::to_string(p.done) + " of " + counted(p.total, "micrograph"));
        }
        return stopped() != 0 || job.abort_asked();
    };
    control.log = [](int level, const std::string& line) { level > 0 ? warn(line) : say(line); };
    return control;
}

End cancelled_end(const std::string& kept) {
    const bool aborted = stopped() == 0;
    std::cerr << (aborted ? " aborted" : " stopped by a signal") << "; " << kept << ": Continue goes on from here"
              << std::endl;
    return aborted ? End::aborted : End::failure;
}

} // namespace relion
