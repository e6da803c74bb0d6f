// The folder of an External job: its exit files, the wish to abort, and the files that RELION reads when it is done.
#pragma once

#include "host.hpp"

#include <string>
#include <utility>
#include <vector>

namespace relion {

enum class End { success, failure, aborted };

class Job {
public:
    explicit Job(std::string folder);                     // as RELION gives it, with or without the slash
    const std::string& folder() const { return folder_; } // with the slash
    std::string file(const std::string& name) const { return folder_ + name; }
    // Makes the folder and takes exit files of an earlier try away. libpicker::Error where it cannot be written.
    void open() const;
    bool abort_asked() const; // RELION's "Abort running"
    void end(End end) const;  // the exit file; the last thing that the job does

private:
    std::string folder_;
};

std::string exit_name(End end);

// (micrograph as its list names it, coordinate file) for RELION 4 and later.
void write_coordinate_list(const Job& job, const std::vector<std::pair<std::string, std::string>>& rows);
// The list that was picked from, for RELION 3.1.
void write_coords_suffix(const Job& job, const std::string& micrographs_star);

// A file of the job's folder that RELION shall know: 3.1 by the number of its type, later versions by the label.
struct Node {
    std::string name;
    int type;
    std::string label;
};
void write_output_nodes(const Job& job, const Host& host, const std::vector<Node>& nodes);

} // namespace relion
