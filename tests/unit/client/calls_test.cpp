#include <gtest/gtest.h>

#include <samovar/client.hpp>

#include "fake_daemon.hpp"

namespace samovar::tests {
namespace {

using ipc::MessageType;
using std::chrono::milliseconds;

class Calls : public ::testing::Test {
  protected:
    // A client of a daemon that answers with `handlers`.
    Client& connect(std::map<MessageType, FakeDaemon::Handler> handlers = {}) {
        daemon.emplace(path, std::move(handlers));
        connected.emplace(*Client::connect({.socket = path, .call_timeout = milliseconds(10'000)}));
        return *connected;
    }
    tests::TemporaryFolder folder;
    std::string path = folder.path() / "s";
    std::optional<FakeDaemon> daemon;
    std::optional<Client> connected;
};

TEST_F(Calls, PingTellsPidUptimeAndRoundTrip) {
    const auto ping = connect().ping();
    ASSERT_TRUE(ping);
    EXPECT_EQ(ping->pid, 42U);
    EXPECT_EQ(ping->uptime, milliseconds(1234));
    EXPECT_GT(ping->round_trip.count(), 0);
}

TEST_F(Calls, ModelsListsWhatTheDaemonHas) {
    Client& client =
        connect({{MessageType::list_models, [](FakePeer& peer, ipc::Frame& frame) {
                      ipc::ModelList list;
                      list.models.push_back({"selfie", "cuts people out", "mask", "cpu",
                                             "0123456789abcdef", ipc::Residency::hot, ""});
                      list.models.push_back(
                          {"broken", "", "", "", "", ipc::Residency::failed, "model.toml:3"});
                      peer.send(list, frame.header.request);
                  }}});
    const auto models = client.models();
    ASSERT_TRUE(models);
    ASSERT_EQ(models->size(), 2U);
    EXPECT_EQ(models->at(0).name, "selfie");
    EXPECT_EQ(models->at(0).task, "mask");
    EXPECT_EQ(models->at(0).residency, Residency::hot);
    EXPECT_EQ(models->at(1).problem, "model.toml:3");
    EXPECT_EQ(to_string(models->at(1).residency), "failed");
}

TEST_F(Calls, InfoTellsTensorsAndTheLastLoad) {
    Client& client = connect(
        {{MessageType::describe_model, [](FakePeer& peer, ipc::Frame& frame) {
              const auto question = ipc::decode<ipc::DescribeModel>(frame.body);
              ipc::ModelInfo info;
              info.summary.name = question->model;
              info.inputs.push_back({"x", DType::float32, {{"batch", 1, 64}, {"", 3, 3}}, true});
              info.max_run_ms = 30'000;
              info.jobs_done = 5;
              info.last_load.code = "model.pt2";
              info.last_load.phases.push_back({"read", 1'000, 77});
              info.last_load.facts.push_back({"precision", "float32"});
              peer.send(info, frame.header.request);
          }}});
    const auto info = client.info("mlp");
    ASSERT_TRUE(info);
    EXPECT_EQ(info->summary.name, "mlp");
    ASSERT_EQ(info->inputs.size(), 1U);
    EXPECT_EQ(info->inputs[0].shape[0].name, "batch");
    EXPECT_EQ(info->inputs[0].shape[0].max, 64U);
    EXPECT_TRUE(info->inputs[0].image);
    EXPECT_EQ(info->max_run, milliseconds(30'000));
    EXPECT_EQ(info->last_load.phases.at(0).time, std::chrono::nanoseconds(1'000));
    EXPECT_EQ(info->last_load.phases.at(0).bytes, 77U);
    EXPECT_EQ(info->last_load.facts.at(0).name, "precision");
    EXPECT_EQ(info->last_load.facts.at(0).value, "float32");
}

TEST_F(Calls, StatusTellsWorkersAndModels) {
    Client& client =
        connect({{MessageType::status, [](FakePeer& peer, ipc::Frame& frame) {
                      ipc::StatusReport report;
                      report.daemon = "samovard 9";
                      report.uptime_ms = 5;
                      report.workers.push_back({"cpu", ipc::WorkerState::ready, 7, 1, 2, 1000, ""});
                      ipc::ModelStatus& model = report.models.emplace_back();
                      model.name = "m";
                      model.weight_bytes = 5;
                      model.idle_ms = 6;
                      model.uses = 7;
                      model.cold_starts = 8;
                      model.changes = true;
                      model.next_ms = 9;
                      model.next_rung = "parked";
                      peer.send(report, frame.header.request);
                  }}});
    const auto status = client.status();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->daemon, "samovard 9");
    EXPECT_EQ(status->workers.at(0).state, WorkerState::ready);
    EXPECT_EQ(to_string(status->workers.at(0).state), "ready");
    EXPECT_EQ(status->models.at(0).weight_bytes, 5U);
    EXPECT_EQ(status->models.at(0).idle, milliseconds(6));
    EXPECT_EQ(status->models.at(0).uses, 7U);
    EXPECT_EQ(status->models.at(0).cold_starts, 8U);
    EXPECT_EQ(status->models.at(0).next_in, milliseconds(9));
    EXPECT_EQ(status->models.at(0).next_rung, "parked");
}

TEST_F(Calls, LoadTellsItsProgressAndItsPhases) {
    Client& client = connect({{MessageType::load_model, [](FakePeer& peer, ipc::Frame& frame) {
                                   peer.send(ipc::Progress{"read", 10, 100}, frame.header.request);
                                   peer.send(ipc::Progress{"read", 100, 100}, frame.header.request);
                                   ipc::ModelLoaded loaded;
                                   loaded.report.code = "model.pt";
                                   loaded.report.total_ns = 5'000'000;
                                   peer.send(loaded, frame.header.request);
                               }}});
    std::vector<Progress> progress;
    const auto load = client.load("m", [&](const Progress& step) { progress.push_back(step); });
    ASSERT_TRUE(load);
    EXPECT_EQ(load->code, "model.pt");
    EXPECT_EQ(load->total, milliseconds(5));
    EXPECT_FALSE(load->was_hot);
    ASSERT_EQ(progress.size(), 2U);
    EXPECT_EQ(progress[0].phase, "read");
    EXPECT_EQ(progress[1].done, 100U);
    EXPECT_EQ(progress[1].total, 100U);
}

TEST_F(Calls, VerbsAboutFoldersTellWhatBecameOfEach) {
    const auto one_added = [](FakePeer& peer, ipc::Frame& frame) {
        ipc::ReloadReport report;
        report.entries.push_back({"m", "added", ""});
        peer.send(report, frame.header.request);
    };
    const auto ok = [](FakePeer& peer, ipc::Frame& frame) {
        peer.send(ipc::Ok{}, frame.header.request);
    };
    Client& client = connect({{MessageType::add_model, one_added},
                              {MessageType::reload, one_added},
                              {MessageType::unload_model, ok},
                              {MessageType::remove_model, ok}});
    EXPECT_EQ(client.add("/models/m")->outcome, "added");
    EXPECT_EQ(client.reload()->at(0).model, "m");
    EXPECT_TRUE(client.unload("m"));
    EXPECT_TRUE(client.remove("m"));
}

TEST_F(Calls, AnErrorComesWithAllItsParts) {
    Client& client =
        connect({{MessageType::unload_model, [](FakePeer& peer, ipc::Frame& frame) {
                      peer.send(ipc::ErrorReply{{Errc::worker_failed, "what", "how", 3, 4}},
                                frame.header.request);
                  }}});
    const auto result = client.unload("m");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), (Error{Errc::worker_failed, "what", "how", 3, 4}));
}

TEST_F(Calls, AnAnswerOfAnotherTypeIsAnError) {
    Client& client = connect({{MessageType::list_models, [](FakePeer& peer, ipc::Frame& frame) {
                                   peer.send(ipc::Pong{}, frame.header.request);
                               }}});
    const auto models = client.models();
    ASSERT_FALSE(models);
    EXPECT_EQ(models.error().code, Errc::protocol);
    EXPECT_TRUE(client.ping()) << "the connection is as good as before";
}

TEST_F(Calls, AnAnswerThatComesTooLateHarmsNothing) {
    daemon.emplace(path, [&](FakePeer& peer) {
        peer.shake_hands();
        const auto late = peer.next();
        const auto next = peer.next();
        peer.send(ipc::Pong{1, 1}, late->header.request);
        peer.send(ipc::Pong{2, 2}, next->header.request);
        peer.next();
    });
    connected.emplace(*Client::connect({.socket = path, .call_timeout = milliseconds(20)}));
    const auto ping = connected->ping();
    ASSERT_FALSE(ping);
    EXPECT_EQ(ping.error().code, Errc::timed_out);
    const auto load = connected->load("m");  // which waits longer
    ASSERT_FALSE(load);
    EXPECT_EQ(load.error().code, Errc::protocol) << "a pong is no answer to a load";
}

TEST_F(Calls, GarbageInsteadOfAnAnswerEndsTheConnectionAndTheNextCallHasANewOne) {
    Client& client = connect({{MessageType::status, [](FakePeer& peer, ipc::Frame&) {
                                   const std::string text(64, 'x');
                                   peer.send_bytes(std::as_bytes(std::span(text)));
                               }}});
    const auto status = client.status();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::protocol);
    EXPECT_TRUE(client.ping());
    EXPECT_EQ(daemon->connections(), 2);
}

TEST_F(Calls, TheDaemonsReasonForEndingTheSessionIsTold) {
    Client& client = connect(
        {{MessageType::status, [](FakePeer& peer, ipc::Frame&) {
              peer.send(ipc::ErrorReply{{Errc::protocol, "that was no request", "", 0, 0}}, 0);
              peer.close();
          }}});
    const auto status = client.status();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::disconnected);
    EXPECT_EQ(status.error().message, "samovard ended the session: that was no request");
}

}  // namespace
}  // namespace samovar::tests
