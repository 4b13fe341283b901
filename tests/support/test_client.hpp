#pragma once
// A client of a test's own: frames over a blocking socket, nothing of libsamovar.

#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "ipc/os/mapping.hpp"
#include "ipc/os/unique_fd.hpp"
#include "ipc/wire/frame.hpp"
#include "ipc/wire/model_messages.hpp"
#include "tests/support/job_parts.hpp"
#include "tests/support/waiting.hpp"

namespace samovar::tests {

// A frame that outlives the reader it came from.
struct Answer {
    ipc::FrameHeader header;
    ipc::Bytes body;
    ipc::UniqueFd descriptor;

    template <class Message>
    bool is() const {
        return header.type == Message::kType;
    }
    // Throws where it is another message; says the error where it is one.
    template <class Message>
    Message as() const {
        if (!is<Message>()) throw std::runtime_error(describe());
        Result<Message> message = ipc::decode<Message>(body);
        if (!message) throw std::runtime_error(samovar::describe(message.error()));
        return std::move(*message);
    }
    // The Error of an error reply; throws where it is none.
    Error error() const { return as<ipc::ErrorReply>().error; }
    std::string describe() const;
};

class TestClient {
  public:
    // Connects, and greets unless the test wants to do that itself. Throws where nobody listens.
    explicit TestClient(const std::filesystem::path& socket, bool greet = true);

    // Sends a request and gives it an id, which is returned.
    template <class Message>
    std::uint64_t ask(const Message& message, int descriptor = -1) {
        const std::uint64_t request = ++last_request_;
        send(message, request, descriptor);
        return request;
    }
    template <class Message>
    void send(const Message& message, std::uint64_t request, int descriptor = -1) {
        Result<ipc::Bytes> frame = ipc::encode(message, request, descriptor >= 0 ? 1 : 0);
        if (!frame) throw std::runtime_error(samovar::describe(frame.error()));
        send_bytes(*frame, descriptor);
    }
    void send_bytes(std::span<const std::byte> bytes, int descriptor = -1);

    // The next frame. Throws where none comes in time or the daemon has closed the connection.
    Answer next(std::chrono::milliseconds within = kPatience);
    // The answer to `request`; Progress is counted, answers to others are kept.
    Answer answer(std::uint64_t request, std::chrono::milliseconds within = kPatience);
    // Whether the answer is there already, or comes in time.
    bool answered(std::uint64_t request, std::chrono::milliseconds within);
    template <class Message>
    Answer call(const Message& message, int descriptor = -1) {
        return answer(ask(message, descriptor));
    }
    template <class Reply, class Message>
    Reply get(const Message& message) {
        return call(message).template as<Reply>();
    }

    // Whether the daemon ends the connection in time; what it says before is dropped.
    bool ended(std::chrono::milliseconds within = kPatience);
    int progress_count() const { return progress_; }
    int fd() const { return socket_.get(); }

  private:
    std::optional<Answer> take(std::chrono::steady_clock::time_point end);

    ipc::UniqueFd socket_;
    ipc::FrameReader reader_;
    std::deque<Answer> early_;
    std::uint64_t last_request_ = 0;
    int progress_ = 0;
    bool closed_ = false;
};

// A channel of the client's, mapped.
TestChannel open_channel(TestClient& client, std::uint64_t bytes);

// ---- Jobs ---------------------------------------------------------------------------------------

ipc::Submit job(const std::string& model, std::vector<ipc::InputTensor> inputs,
                std::vector<ipc::OutputPlace> outputs = {});
// float32 [n], inline: for crash, throws, and with two of them for add.
ipc::InputTensor floats(const std::vector<float>& values);
// A job of model "sleepy" or "sleepy_limited": `count` times one to two milliseconds.
ipc::Submit sleep_job(std::int64_t count, const std::string& model = "sleepy");

}  // namespace samovar::tests
