#pragma once
#include <mutex>
#include <utility>
#include <vector>

#include "client/pending.hpp"
#include "ipc/wire/residency_messages.hpp"

namespace samovar::client {

// A question that events answer, as they happen, until its end.
class EventWatch final : public Pending {
  public:
    explicit EventWatch(ipc::WatchEvents question) : question_(question) {}

    Result<ipc::Bytes> frame(std::uint64_t number) override {
        return ipc::encode(question_, number);
    }
    void on_progress(const Progress&, Callbacks&) override {}
    void on_event(ipc::Frame& frame) override {
        if (auto event = ipc::decode<ipc::Event>(frame.body)) {
            const std::scoped_lock lock(mutex_);
            events_.push_back(std::move(*event));
        }
    }
    void on_answer(ipc::Frame& frame, Callbacks&) override {
        const Result<ipc::Ok> ok = answer_in<ipc::Ok>(frame);
        if (!ok) end = ok.error();
    }
    void on_failure(const Error& error, Callbacks&) override { end = error; }

    // Those that came since the last call. Any thread.
    std::vector<ipc::Event> take() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(events_, {});
    }

    // Valid once done().
    Result<void> end;

  private:
    ipc::WatchEvents question_;
    std::mutex mutex_;
    std::vector<ipc::Event> events_;
};

}  // namespace samovar::client
