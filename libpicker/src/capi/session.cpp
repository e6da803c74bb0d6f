// picker.h, "a run over files": a session, whose micrographs come one by one.
#include "capi/handles.hpp"

#include <cmath>
#include <memory>

using namespace picker;
using namespace picker::capi;

picker_status picker_session_open(picker_session** out, const picker_model* model, const picker_run_options* options,
                                  const picker_control* control) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const Model& source = required(model, "model").value;
        const RunOptions run_options = run_options_of(options);
        const Control talk = control_of(control);
        const auto chosen = std::make_shared<const Model>(model_to_score(source, run_options.settings));
        std::shared_ptr<const Scorer> scorer;
        if (run_options.source == CandidateSource::micrograph) {
            scorer = std::make_shared<const Scorer>(*chosen, talk.device);
        }
        target = new picker_session{PickSession(chosen, scorer, run_options, talk), {}};
    });
}

picker_status picker_session_add(picker_session* session, const picker_inputs* inputs, size_t first, size_t count) {
    return guard([&] {
        PickSession& target = required(session, "session").value;
        const auto& items = required(inputs, "inputs").items;
        if (first > items.size() || count > items.size() - first) {
            fail(Status::not_found, "there are no ", count, " micrographs from ", first, " on; there are ",
                 items.size(), " in all");
        }
        const auto begin = items.begin() + static_cast<std::ptrdiff_t>(first);
        target.add({begin, begin + static_cast<std::ptrdiff_t>(count)});
    });
}

picker_status picker_session_wait(picker_session* session, double seconds, picker_run_item* item,
                                  const picker_control* control) {
    return guard([&] {
        picker_session& source = required(session, "session");
        check_out(item, "item");
        if (!(seconds >= 0.0)) {
            fail(Status::invalid_argument, "the time to wait is ", seconds, " seconds; give 0 or more");
        }
        if (!source.value.wait(seconds, control_of(control), source.last)) {
            source.last = {};
        }
        write_struct(item, item_of(source.last, source.value.threshold()));
    });
}

int64_t picker_session_pending(const picker_session* session) {
    return session == nullptr ? 0 : static_cast<int64_t>(session->value.pending());
}

void picker_session_free(picker_session* session) {
    delete session;
}
