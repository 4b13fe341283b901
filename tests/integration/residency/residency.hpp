#pragma once
// A daemon whose models have rules, a client of it, and time that passes at once.

#include <gmock/gmock.h>

#include <string>

#include "tests/integration/client/job_specs.hpp"

namespace samovar::tests {

using namespace std::chrono_literals;

class WithRules : public testing::Test {
  protected:
    // A copy of the made model, under these rules.
    void take(const std::string& model, const std::string& rules) {
        daemon.copy_model(model);
        daemon.set_rules(model, rules);
        client.reload().value();
    }
    // A job of "add" that ends as it must.
    void add() { EXPECT_EQ(sum_of(client.run(adding(1, 2)).value()), 3); }
    Residency residency(const std::string& model) {
        return client.info(model).value().summary.residency;
    }
    // Whether the model comes there by itself.
    bool comes_to(const std::string& model, Residency rung) {
        return wait_until([&] { return residency(model) == rung; });
    }
    bool worker_is_gone() {
        return wait_until([&] { return daemon.worker().state == ipc::WorkerState::stopped; });
    }

    DaemonUnderTest daemon{{.given_clock = true}};
    Client client = Client::connect({.socket = daemon.socket()}).value();
};

}  // namespace samovar::tests
