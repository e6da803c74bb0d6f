// picker pick as one of several processes of mpirun: micrographs are handed out one by one to whoever has room.
#include "mpi_module.h"
#include "pick_parts.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <thread>

namespace cli {
namespace {

// As the starter says: Open MPI, MPICH and its kin, MVAPICH, and srun with PMIx.
int processes_started() {
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"}) {
        if (const char* value = std::getenv(name)) {
            return std::atoi(value);
        }
    }
    const char* tasks = std::getenv("PMIX_RANK") != nullptr ? std::getenv("SLURM_NTASKS") : nullptr;
    return tasks != nullptr ? std::atoi(tasks) : 1;
}

// The module lies beside the library.
const picker_mpi_module& load_module() {
    Dl_info info{};
    std::filesystem::path file = "libpicker_mpi.so";
    if (::dladdr(reinterpret_cast<const void*>(&picker_version), &info) != 0 && info.dli_fname != nullptr) {
        file = std::filesystem::path(info.dli_fname).parent_path() / file;
    }
    const std::string way_out = "; start picker once, or use --shard I/N for each process";
    if (!std::filesystem::exists(file)) {
        throw libpicker::Error(PICKER_UNSUPPORTED, "this is one of " + std::to_string(processes_started()) +
                                                       " processes of mpirun, and this picker was built without MPI "
                                                       "(PICKER_MPI): " +
                                                       file.string() + " is not there" + way_out);
    }
    void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL); // MPI's own plug-ins look for its symbols
    void* entry = handle != nullptr ? ::dlsym(handle, "picker_mpi_get_module") : nullptr;
    if (entry == nullptr) {
        const char* reason = ::dlerror();
        throw libpicker::Error(PICKER_UNSUPPORTED, "cannot load " + file.string() + ": " +
                                                       (reason != nullptr ? reason : "unknown reason") + way_out);
    }
    return *reinterpret_cast<decltype(&picker_mpi_get_module)>(entry)();
}

void doze() {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

} // namespace

struct Ranks::Module {
    const picker_mpi_module& mpi;
};

Ranks::Ranks() : module_(std::make_unique<Module>(Module{load_module()})) {
    int size = 1;
    if (module_->mpi.start(&rank_, &size) != 0 || size < 2) {
        throw libpicker::Error(PICKER_UNSUPPORTED, "the MPI that picker was built with does not know of the other "
                                                   "processes; use the mpirun that belongs to it");
    }
    size_ = size;
}

Ranks::~Ranks() = default;

bool Ranks::told(bool good) {
    int value = good ? 1 : 0;
    while (module_->mpi.tell(&value) == 0) {
        check_interrupted();
        doze();
    }
    if (value == 0) {
        module_->mpi.finish();
    }
    return value != 0;
}

bool is_one_of_many(const Arguments& arguments) {
    const bool many = processes_started() > 1;
    for (const char* flag : {"--stream", "--watch", "--shard"}) {
        if (many && arguments.has(flag)) {
            throw UsageError(std::string("picker pick: ") + flag +
                             " does not go with mpirun, which shares the work out");
        }
    }
    return many;
}

void Ranks::pick(const libpicker::Model& model, const picker_run_options& options, const libpicker::Inputs& inputs,
                 Terminal& terminal) {
    const picker_mpi_module& mpi = module_->mpi;
    const auto count = static_cast<std::int64_t>(inputs.size());
    {
        picker_run_options own = options;
        own.shard = rank_ + 1;
        own.shards = size_;
        libpicker::Control control;
        control.threads = terminal.control().threads;
        control.progress = [](const picker_progress&) { return interrupted(); };
        libpicker::Session session = model.open_session(own, control);
        const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
        // One in hand for each of its workers and one to go on with: more would leave others idle at the end.
        const std::int64_t room = std::clamp<std::int64_t>(control.threads > 0 ? control.threads : cores, 1, 4) + 1;
        bool left = true, served = false;
        while (left || !served || session.pending() > 0) {
            served = mpi.serve(count) != 0;
            if (left && session.pending() < room) {
                const long long number = mpi.next(count);
                if (number >= 0) {
                    session.add(inputs, static_cast<std::size_t>(number), 1);
                    continue;
                }
                left = number != PICKER_MPI_NONE_LEFT;
            }
            if (session.pending() > 0) {
                session.wait(0.005, control);
            } else {
                doze();
            }
            check_interrupted();
        }
    }
    while (mpi.everybody_here() == 0) { // all sessions are over: the folder is free
        check_interrupted();
        doze();
    }
    mpi.finish();
}

} // namespace cli
