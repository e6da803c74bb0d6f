// Different handles on different threads: four at once come to the same results as one after the other.
#include "capi/support.hpp"

#include <thread>

using namespace capi;

namespace {

// Everything one user does, with handles of their own; the result is every number that came out.
std::vector<double> session(std::uint64_t seed, bool with_network) {
    std::vector<double> numbers;
    const TempFolder folder;
    const auto settings = small_simulation(seed);
    const auto sample = libpicker::simulate(settings, seed);
    const auto info = sample.micrograph.info();
    numbers.insert(numbers.end(), {info.mean, info.deviation, info.minimum, info.maximum});
    const auto add = [&](const libpicker::Picks& picks) {
        for (const char* name : {"x", "y"}) {
            const auto values = column(picks.get(), name);
            numbers.insert(numbers.end(), values.begin(), values.end());
        }
    };
    add(sample.truth);

    const std::string image = folder / "m.mrc";
    sample.micrograph.write(image);
    sample.truth.write(folder / "m.star");
    libpicker::Inputs inputs({image});
    inputs.match_picks({folder / "m.star"});
    const auto read = inputs.picks(0);
    add(read);

    auto item = make<picker_evaluate_item>();
    libpicker::Picks shifted;
    for (std::size_t i = 0; i < read.size(); ++i) {
        shifted.add(read.column("x")[i] + static_cast<double>(seed % 5), read.column("y")[i],
                    1.0 / (1.0 + static_cast<double>(i)));
    }
    item.predicted = shifted.get();
    item.truth = read.get();
    item.width = settings.width;
    item.height = settings.height;
    auto options = make<picker_evaluate_options>();
    options.diameter = 20;
    const auto result = libpicker::Evaluation({item}, options).result();
    numbers.insert(numbers.end(), {result.f_beta, result.average_precision, result.mean_dx, result.auroc});

    const auto model = libpicker::Model::create("deeppicker", seed);
    model.save(folder / "m.safetensors");
    const auto loaded = libpicker::Model::load(folder / "m.safetensors");
    DOCTEST_CHECK(std::string(loaded.info().hash) == model.info().hash);
    // A failure on one thread is that thread's alone.
    MicrographOwner missing;
    const std::string nowhere = folder / "nowhere.mrc";
    DOCTEST_CHECK(picker_micrograph_read(missing.out(), nowhere.c_str()) == PICKER_NOT_FOUND);
    DOCTEST_CHECK(contains(picker_last_error(), nowhere));
    if (with_network) {
        auto pick = make<picker_pick_options>();
        pick.diameter = 160;
        pick.has_threshold = 1;
        libpicker::Control control;
        control.threads = 2;
        const auto picks = loaded.pick(libpicker::Micrograph::read(image), pick, control);
        add(picks);
        const auto scores = column(picks.get(), "score");
        numbers.insert(numbers.end(), scores.begin(), scores.end());
    }
    DOCTEST_CHECK(contains(picker_last_error(), nowhere));
    return numbers;
}

} // namespace

DOCTEST_TEST_CASE("four threads with handles of their own") {
    const bool with_network = has_torch("picking");
    constexpr std::size_t users = 4;
    std::vector<std::vector<double>> together(users);
    std::vector<std::string> errors(users);
    std::vector<std::thread> threads;
    for (std::size_t user = 0; user < users; ++user) {
        threads.emplace_back([&, user] {
            try {
                for (int round = 0; round < 2; ++round) {
                    together[user] = session(user + 1, with_network);
                }
            } catch (const std::exception& error) {
                errors[user] = error.what();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (std::size_t user = 0; user < users; ++user) {
        DOCTEST_CHECK(errors[user] == "");
        DOCTEST_CHECK(together[user].size() > 20);
        DOCTEST_CHECK(together[user] == session(user + 1, with_network));
    }
    DOCTEST_CHECK(together[0] != together[1]);
}
