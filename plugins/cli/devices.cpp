// picker devices: where networks can run on this machine.
#include "command.hpp"

#include <sstream>

namespace cli {

Command devices_command() {
    Command command;
    command.spec = {"devices",
                    "List where networks can run: the CPU, and GPUs.",
                    "",
                    {},
                    "These are the names that --device takes. Where a GPU is missing here, picker pick --device cuda "
                    "says why (docs/devices.md)."};
    command.run = [](const Arguments& arguments) -> int {
        Json json = {{"devices", Json::array()}};
        std::ostringstream text;
        for (int i = 0; i < picker_device_count(); ++i) {
            const std::string name = picker_device_name(i), description = picker_device_description(i);
            json["devices"].push_back({{"name", name}, {"description", description}});
            text << name << (description.empty() ? "" : "  " + description) << "\n";
        }
        print(arguments, json, text.str());
        return exit_done;
    };
    return command;
}

} // namespace cli
