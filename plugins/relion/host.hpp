// Which RELION runs the job, from the files that it wrote before the launch, and what that version wants to be told.
#pragma once

#include <string>

namespace relion {

struct Host {
    std::string name = "5.0";
    std::string remark; // where the version had to be guessed: what was assumed and why; else ""
    int star_version = 50001;
    const char* coordinates_node = "autopick.star";
    const char* coordinates_label = "MicrographCoordsGroup.star.relion.autopick";
    const char* log_label = "LogFile.pdf.relion.autopick";
    const char* model_label = "ParamsData.safetensors.picker.model"; // as RELION calls a model of Topaz
    const char* train_log_label = "LogFile.pdf.picker.train";
};

// Types of RELION 3.1. It keeps any number, and offers in its boxes only those that it knows: a model is of none of its
// kinds.
constexpr int coordinates_type = 2, log_type = 13, model_type = 99;

// Reads job.star in the job's folder, or default_pipeline.star of the project where there is none.
Host host_of(const std::string& job_folder);

} // namespace relion
