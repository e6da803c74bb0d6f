// `picker_relion [pick|train]`: an External job of RELION. Whatever happens, the job's folder gets one exit file, last.
#include "arguments.hpp"
#include "job.hpp"
#include "parameters.hpp"
#include "pick.hpp"
#include "signals.hpp"
#include "train.hpp"

#include <iostream>

namespace {

int code_of(relion::End end) {
    return end == relion::End::success ? 0 : end == relion::End::failure ? 1 : 2; // RELION's own programs do so
}

relion::End work(const relion::Job& job, std::vector<std::string> words) {
    const relion::Mode mode = relion::take_mode(words);
    const relion::Parameters parameters(mode, words);
    return mode == relion::Mode::pick ? relion::pick(job, parameters) : relion::train(job, parameters);
}

int run(const std::vector<std::string>& words) {
    const relion::Job job(relion::job_folder_of(words));
    job.open();
    relion::watch_signals(job.file(relion::exit_name(relion::End::failure)));
    relion::End end = relion::End::failure;
    try {
        end = work(job, words);
    } catch (const std::exception& error) {
        std::cerr << "ERROR: picker_relion: " << error.what() << std::endl;
    } catch (...) {
        std::cerr << "ERROR: picker_relion: an unknown error" << std::endl;
    }
    if (relion::stopped() != 0) {
        end = relion::End::failure;
    }
    relion::forget_failure_file();
    job.end(end);
    return code_of(end);
}

} // namespace

int main(int count, char** values) {
    const std::vector<std::string> words(values + 1, values + count);
    try {
        if (words.empty() || relion::asks_for(words, "help")) {
            (words.empty() ? std::cerr : std::cout) << relion::help_text();
            return words.empty() ? 1 : 0;
        }
        if (relion::asks_for(words, "version")) {
            std::cout << "picker_relion " << picker_version() << "\n";
            return 0;
        }
        if (relion::job_folder_of(words).empty()) {
            throw cli::UsageError("--o is missing: the job's folder, which RELION gives; --help explains");
        }
        return run(words);
    } catch (const std::exception& error) { // before the folder could be written, or the exit file itself failed
        std::cerr << "ERROR: picker_relion: " << error.what() << std::endl;
        return 1;
    }
}
