// The check before a run, as the commands of the terminal make it: all problems told at once, and what stops them.
#pragma once

#include "command.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace cli {

// Errors of a preflight: the message has every group, --json every problem.
class PreflightError : public libpicker::Error {
public:
    PreflightError(picker_status status, const std::string& message, Json problems)
        : Error(status, message), problems_(std::move(problems)) {}
    const Json& problems() const { return problems_; }

private:
    Json problems_;
};

Flag skip_bad_flag(const std::string& what); // the same in every command that has it

// The micrographs of a flag with everything that is wrong with them left in, for a preflight to tell.
libpicker::Inputs all_inputs_of(const Arguments& arguments, const std::string& flag);

// {"kind", "level", "path", "message"}; "level" is error, warning or remark.
Json problem_json(const picker_problem& problem);
Json problems_json(const libpicker::Preflight& preflight);

// Checks the inputs of a run. PreflightError where something stands against it: any error, with --skip-bad one that
// concerns more than single micrographs, or all of them. Else tells warnings, remarks and what is skipped.
// Returns the problems.
Json check_run(const libpicker::Inputs& inputs, const picker_preflight_options& options, const Arguments& arguments,
               Terminal& terminal);

// Micrographs of a training, which come from several flags: checked one set after the other, told together.
class TrainingCheck {
public:
    TrainingCheck(const Arguments& arguments, Terminal& terminal) : arguments_(arguments), terminal_(terminal) {}
    // The micrographs among those that `used` names which cannot be trained on.
    std::set<std::size_t> bad(const libpicker::Inputs& inputs, const std::function<bool(std::size_t)>& used);
    void
    settle() const; // PreflightError where there was one and --skip-bad is not given; else a note of what is skipped

private:
    const Arguments& arguments_;
    Terminal& terminal_;
    std::vector<std::string> messages_;
    Json problems_ = Json::array();
    std::size_t used_ = 0, bad_ = 0;
    bool blocked_ = false;
    picker_status status_ = PICKER_OK;
};

} // namespace cli
