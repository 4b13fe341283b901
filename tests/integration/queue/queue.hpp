#pragma once
// A daemon whose one worker can be kept busy, so that what comes has to wait.

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/integration/client/job_specs.hpp"

namespace samovar::tests {

using namespace std::chrono_literals;

class WithQueue : public testing::Test {
  protected:
    // `config`: of samovard.toml.
    explicit WithQueue(const std::string& config = "")
        : daemon(
              {.models = {"sleepy"}, .arguments = {"--drain", "0.2", "--config", written(config)}}),
          client(connect()) {
        client.load("sleepy").value();
    }
    Client connect() const { return Client::connect({.socket = daemon.socket()}).value(); }

    // A copy of the made model with these lines in its model.toml, hot.
    void take(const std::string& model, const std::string& lines) {
        daemon.copy_model(model);
        std::ofstream(daemon.models() / model / "model.toml", std::ios::app) << "\n" << lines;
        client.reload().value();
        client.load(model).value();
    }
    // A job of about a second, or longer, that the worker has begun.
    Job keep_busy(std::int64_t count = 500) {
        Job job = client.submit(sleeping(count)).value();
        EXPECT_TRUE(wait_until([&] { return daemon.worker().in_flight == 1; }));
        return job;
    }
    void wait_for_queued(std::uint32_t jobs) {
        EXPECT_TRUE(wait_until([&] {
            const DaemonStatus status = client.status().value();
            std::uint32_t queued = 0;
            for (const ModelStatus& model : status.models)
                queued += model.queued;
            return queued == jobs;
        }));
    }

  private:
    std::string written(const std::string& config) const {
        const std::string file = folder_.path() / "samovard.toml";
        std::ofstream(file) << config;
        return file;
    }

    TemporaryFolder folder_;

  protected:
    DaemonUnderTest daemon;
    Client client;
};

// A job of `model` that brings one float32 tensor of this shape, each element the same.
inline JobSpec filled(const std::string& model, Shape shape, float value = 1) {
    std::size_t count = 1;
    for (const std::uint64_t size : shape)
        count *= static_cast<std::size_t>(size);
    const std::vector<float> values(count, value);
    Input input{.name = "x", .dtype = DType::float32, .shape = std::move(shape)};
    const auto bytes = std::as_bytes(std::span(values));
    input.data.assign(bytes.begin(), bytes.end());
    JobSpec spec{.model = model};
    spec.inputs.push_back(std::move(input));
    return spec;
}

inline std::vector<float> numbers_of(const JobResult& result) {
    const auto bytes = result.outputs.at(0).bytes();
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

}  // namespace samovar::tests
