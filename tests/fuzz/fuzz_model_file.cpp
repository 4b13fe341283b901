// model.toml: a model that is taken can be named in every message, and is loaded with one.

#include <string_view>

#include "daemon/models/model_file.hpp"
#include "ipc/wire/frame.hpp"
#include "tests/fuzz/must.hpp"

using namespace samovar;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size > daemon::kMaxModelFileBytes) return -1;
    const std::string text(bytes, bytes + size);
    daemon::ModelFile model;
    try {
        model = daemon::parse_model_file(text, "model.toml", "folder");
    } catch (const daemon::TomlFault& fault) {
        must(std::string_view(fault.what()).starts_with("model.toml"), "a fault names the file");
        return 0;
    }
    must(daemon::is_model_name(model.name), "a model has a proper name");
    must(!model.codes.empty(), "a model has code");
    for (const daemon::CodeEntry& code : model.codes)
        for (const std::string& file : {code.file, code.weights})
            must(file.find('/') == std::string::npos && file != "..",
                 "a file is inside its folder");
    must(model.text.vocabulary.find('/') == std::string::npos, "a file is inside its folder");
    must(model.max_run.count() > 0, "a job has a run limit");

    ipc::WorkerLoad load;
    load.name = model.name;
    load.task = model.task;
    load.inputs = model.inputs;
    load.outputs = model.outputs;
    load.mask = model.mask;
    load.text = model.text.spec;
    must(ipc::encode(load, 1).has_value(), "a model can be sent to a worker");
    ipc::ModelInfo info;
    info.summary.name = model.name;
    info.summary.description = model.description;
    info.summary.device = model.device;
    info.inputs = model.inputs;
    info.outputs = model.outputs;
    for (const std::string& label : model.text.labels)
        info.labels.push_back({label});
    must(ipc::encode(info, 1).has_value(), "a model can be described to a client");
    return 0;
}
