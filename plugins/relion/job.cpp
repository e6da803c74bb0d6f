// The files of an External job (job.hpp).
#include "job.hpp"

#include "picker/picker.hpp"
#include "text_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace relion {

std::string exit_name(End end) {
    switch (end) {
    case End::success:
        return "RELION_JOB_EXIT_SUCCESS";
    case End::aborted:
        return "RELION_JOB_EXIT_ABORTED";
    case End::failure:
        break;
    }
    return "RELION_JOB_EXIT_FAILURE";
}

Job::Job(std::string folder) : folder_(std::move(folder)) {
    while (folder_.size() > 1 && folder_.back() == '/') {
        folder_.pop_back();
    }
    folder_ += folder_ == "/" ? "" : "/";
}

void Job::open() const {
    std::error_code error;
    std::filesystem::create_directories(folder_.substr(0, folder_.size() - 1), error);
    const std::string probe = file(".picker_write_test");
    const int opened = ::open(probe.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
    if (opened < 0) {
        throw libpicker::Error(PICKER_IO, "cannot write in the job's folder " + folder_ + ": " + std::strerror(errno) +
                                              "; RELION will show this job as running: make the folder writable and "
                                              "use Continue, or mark the job as failed");
    }
    ::close(opened);
    std::remove(probe.c_str());
    for (const End end : {End::success, End::failure, End::aborted}) {
        std::remove(file(exit_name(end)).c_str()); // RELION does so too; a script that repeats the line does not
    }
}

bool Job::abort_asked() const {
    return ::access(file("RELION_JOB_ABORT_NOW").c_str(), F_OK) == 0;
}

void Job::end(End end) const {
    write_whole(file(exit_name(end)), "");
}

void write_coordinate_list(const Job& job, const std::vector<std::pair<std::string, std::string>>& rows) {
    std::string text = "\n# version 30001\n\ndata_coordinate_files\n\nloop_ \n_rlnMicrographName #1 \n"
                       "_rlnMicrographCoordinates #2 \n";
    for (const auto& [name, coordinates] : rows) {
        text += star_word(name) + " " + star_word(coordinates) + " \n";
    }
    write_whole(job.file("autopick.star"), text + " \n");
}

void write_coords_suffix(const Job& job, const std::string& micrographs_star) {
    write_whole(job.file("coords_suffix_autopick.star"), micrographs_star + "\n");
}

void write_output_nodes(const Job& job, const Host& host, const std::vector<Node>& nodes) {
    // All three columns always: 3.1 reads the number, later versions the label, and each passes over the other.
    std::string text = "\n# version " + std::to_string(host.star_version) +
                       "\n\ndata_output_nodes\n\nloop_ \n_rlnPipeLineNodeName #1 \n_rlnPipeLineNodeType #2 \n"
                       "_rlnPipeLineNodeTypeLabel #3 \n";
    for (const Node& node : nodes) {
        text += star_word(job.file(node.name)) + " " + std::to_string(node.type) + " " + node.label + " \n";
    }
    write_whole(job.file("RELION_OUTPUT_NODES.star"), text + " \n");
}

} // namespace relion
