// The daemon's metrics, which come in parts.

#include <samovar/client.hpp>

#include "client/session.hpp"

namespace samovar {
namespace {

// A question that parts of a text answer, and then an Ok.
class MetricsReading final : public client::Pending {
  public:
    Result<ipc::Bytes> frame(std::uint64_t number) override {
        text_.clear();
        return ipc::encode(ipc::ReadMetrics{}, number);
    }
    void on_progress(const Progress&, client::Callbacks&) override {}
    void on_event(ipc::Frame& frame) override {
        if (const auto part = ipc::decode<ipc::Metrics>(frame.body)) text_ += part->text;
    }
    void on_answer(ipc::Frame& frame, client::Callbacks&) override {
        const Result<ipc::Ok> ok = client::answer_in<ipc::Ok>(frame);
        if (ok)
            answer = std::move(text_);
        else
            answer = ok.error();
    }
    void on_failure(const Error& error, client::Callbacks&) override { answer = error; }

    // Valid once done().
    Result<std::string> answer{Error{}};

  private:
    std::string text_;
};

}  // namespace

Result<std::string> Client::metrics() {
    const auto reading = std::make_shared<MetricsReading>();
    const client::Deadline deadline(session_->options().call_timeout);
    if (Result<void> started = session_->start(reading, deadline); !started) return started.error();
    if (!session_->wait(*reading, deadline)) {
        session_->forget(*reading);
        return Error{Errc::timed_out, "the daemon did not tell its metrics in time",
                     "try again; `samovar ping` shows whether it answers at all", 0, 0};
    }
    return std::move(reading->answer);
}

}  // namespace samovar
