#pragma once
// A daemon with a budget, and models of 26 MB each that compete for it.

#include <fstream>

#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {

// samovard.toml of a daemon under test.
class Configuration {
  public:
    explicit Configuration(const std::string& text) { std::ofstream(path()) << text; }
    std::filesystem::path path() const { return folder_.path() / "samovard.toml"; }

  private:
    TemporaryFolder folder_;
};

class Budgeted : public testing::Test {
  protected:
    // Two of the models fit into 60 MB.
    explicit Budgeted(const std::string& text = "[device.cpu]\nbudget = \"60MB\"\n",
                      DaemonPlan plan = {})
        : configuration(text), daemon(complete(std::move(plan))) {}

    // A copy of a made model under another name.
    void take(const std::string& made, const std::string& name, const std::string& rules = "") {
        put(made, name, rules);
        client.reload().value();
    }
    void put(const std::string& made, const std::string& name, const std::string& rules) {
        daemon.copy_model(made, name);
        const std::filesystem::path file = daemon.models() / name / "model.toml";
        std::string text = text_of(file);
        const std::string line = "name = \"" + made + "\"";
        if (const std::size_t at = text.find(line); at != text.npos)
            text.replace(at, line.size(), "name = \"" + name + "\"\ndevice = \"" + device + "\"");
        std::ofstream(file) << text << "\n[residency]\n" << rules;
    }
    Result<JobResult> run(const std::string& model) {
        JobSpec spec{.model = model};
        spec.inputs.push_back({.dtype = DType::float32, .shape = {2, 16}});
        spec.inputs[0].data.resize(2 * 16 * sizeof(float));
        return client.run(std::move(spec));
    }
    // The first load of a process takes longer, and would make its model worth more.
    void load_and_unload(const std::string& model) {
        client.load(model).value();
        client.unload(model).value();
    }
    // Returns the result of `less`. A worker's first load takes longest: it is that of `more`,
    // which so is worth more by its loads, too.
    JobResult use_more_than(const std::string& more, const std::string& less) {
        run(more).value();
        JobResult result = run(less).value();
        for (int i = 0; i < 30; ++i)
            run(more).value();
        return result;
    }
    Residency residency(const std::string& model) {
        return client.info(model).value().summary.residency;
    }
    bool comes_to(const std::string& model, Residency rung) {
        return wait_until([&] { return residency(model) == rung; });
    }

    std::string device = "auto";  // of the models that are put there
    Configuration configuration;
    DaemonUnderTest daemon;
    Client client = Client::connect({.socket = daemon.socket()}).value();

  private:
    DaemonPlan complete(DaemonPlan plan) const {
        plan.arguments.insert(plan.arguments.end(), {"--config", configuration.path().string()});
        plan.given_clock = true;
        return plan;
    }
};

}  // namespace samovar::tests
