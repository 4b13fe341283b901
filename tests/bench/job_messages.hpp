#pragma once
// How long the messages of one job are on their two legs, taken from the real encoder.

#include <string>
#include <vector>

#include "ipc/wire/frame.hpp"
#include "ipc/wire/messages.hpp"
#include "ipc/wire/worker_messages.hpp"
#include "tests/bench/raw_relay.hpp"

namespace samovar::bench {

// Client to samovard, samovard to worker: of a job with one picture in a slot, whose one output
// comes as `output` does (inline data, or in a slot).
inline std::vector<Leg> legs_of(const std::string& model, const ipc::OutputTensor& output) {
    ipc::InputTensor input;
    input.dtype = DType::uint8;
    input.shape = {1, 1, 3};
    input.channel = 1;
    std::vector<ipc::OutputPlace> places;
    if (output.channel != ipc::kInline) places.push_back({output.channel, 0, 0});

    ipc::Submit submit;
    submit.model = model;
    submit.inputs = {input};
    submit.outputs = places;
    ipc::RunJob run;
    run.inputs = {input};
    run.outputs = places;
    const auto bytes = [](const auto& message) { return ipc::encode(message, 1).value().size(); };
    return {{bytes(submit), bytes(ipc::Done{{output}, {}, {}})},
            {bytes(run), bytes(ipc::JobDone{{output}, {}, {}, {}})}};
}

}  // namespace samovar::bench
