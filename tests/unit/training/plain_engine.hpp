// An engine whose networks are all of one kind, written in plain loops.
#pragma once

#include "engine/engine.hpp"

#include <memory>
#include <string>
#include <vector>

template <typename PlainNetwork> class PlainEngine final : public picker::Engine {
public:
    std::string description() const override { return "plain loops"; }
    void prepare_thread() const override {}
    std::vector<picker::DeviceInfo> devices() const override { return {{"cpu", ""}}; }
    std::string choose_device(const std::string&) const override { return "cpu"; }
    std::unique_ptr<picker::Network> create(const picker::NetworkSpec&, const std::string&) const override {
        return std::make_unique<PlainNetwork>();
    }
};
