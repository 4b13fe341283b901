#include "tests/support/test_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "ipc/os/socket_io.hpp"

namespace samovar::tests {

using Clock = std::chrono::steady_clock;

std::string Answer::describe() const {
    if (const auto reply = ipc::decode<ipc::ErrorReply>(body); is<ipc::ErrorReply>() && reply)
        return "error " + std::string(to_string(reply->error.code)) + ": " +
               samovar::describe(reply->error);
    return "an unexpected " + std::string(to_string(header.type));
}

TestClient::TestClient(const std::filesystem::path& socket, bool greet)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket.string();
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(), path);
    if (!greet) return;
    next().as<ipc::Greeting>();
    send(ipc::Hello{ipc::kNewestVersion, "test"}, 0);
}

void TestClient::send_bytes(std::span<const std::byte> bytes, int descriptor) {
    if (const Result<void> sent = ipc::send_all(socket_.get(), bytes, descriptor); !sent)
        throw std::runtime_error(samovar::describe(sent.error()));
}

// Nothing where the time is over or the connection has ended.
std::optional<Answer> TestClient::take(Clock::time_point end) {
    while (true) {
        Result<std::optional<ipc::Frame>> frame = reader_.take();
        if (!frame) throw std::runtime_error(samovar::describe(frame.error()));
        if (*frame)
            return Answer{(*frame)->header,
                          ipc::Bytes((*frame)->body.begin(), (*frame)->body.end()),
                          std::move((*frame)->descriptor)};
        if (closed_) return std::nullopt;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            std::max(end - Clock::now(), Clock::duration()));
        pollfd ready{socket_.get(), POLLIN, 0};
        const int found = ::poll(&ready, 1, static_cast<int>(left.count()));
        if (found < 0 && errno == EINTR) continue;
        if (found <= 0) return std::nullopt;
        const Result<ipc::ReadStatus> status = ipc::receive(socket_.get(), reader_, ipc::Wait::no);
        if (!status) throw std::runtime_error(samovar::describe(status.error()));
        closed_ = *status == ipc::ReadStatus::closed;
    }
}

Answer TestClient::next(std::chrono::milliseconds within) {
    if (!early_.empty()) {
        Answer answer = std::move(early_.front());
        early_.pop_front();
        return answer;
    }
    std::optional<Answer> answer = take(Clock::now() + within);
    if (!answer)
        throw std::runtime_error(closed_ ? "the daemon has ended the connection"
                                         : "no answer came");
    return std::move(*answer);
}

bool TestClient::answered(std::uint64_t request, std::chrono::milliseconds within) {
    const auto is_it = [&](const Answer& early) { return early.header.request == request; };
    const auto end = Clock::now() + within;
    while (std::none_of(early_.begin(), early_.end(), is_it)) {
        std::optional<Answer> answer = take(end);
        if (!answer) return false;
        if (answer->is<ipc::Progress>())
            ++progress_;
        else
            early_.push_back(std::move(*answer));
    }
    return true;
}

Answer TestClient::answer(std::uint64_t request, std::chrono::milliseconds within) {
    if (!answered(request, within))
        throw std::runtime_error(closed_ ? "the daemon has ended the connection"
                                         : "no answer came");
    const auto found = std::find_if(early_.begin(), early_.end(), [&](const Answer& early) {
        return early.header.request == request;
    });
    Answer answer = std::move(*found);
    early_.erase(found);
    return answer;
}

bool TestClient::ended(std::chrono::milliseconds within) {
    const auto end = Clock::now() + within;
    while (take(end))
        continue;
    return closed_;
}

TestChannel open_channel(TestClient& client, std::uint64_t bytes) {
    Answer answer = client.call(ipc::OpenChannel{bytes});
    const auto opened = answer.as<ipc::ChannelOpened>();
    Result<ipc::Mapping> mapping = ipc::Mapping::open(answer.descriptor.get(), opened.bytes);
    if (!mapping) throw std::runtime_error(samovar::describe(mapping.error()));
    return {opened.channel, std::move(answer.descriptor), std::move(*mapping)};
}

ipc::Submit job(const std::string& model, std::vector<ipc::InputTensor> inputs,
                std::vector<ipc::OutputPlace> outputs) {
    ipc::Submit submit;
    submit.model = model;
    submit.inputs = std::move(inputs);
    submit.outputs = std::move(outputs);
    return submit;
}

ipc::InputTensor floats(const std::vector<float>& values) {
    return inline_input(DType::float32, {values.size()}, values);
}

ipc::Submit sleep_job(std::int64_t count, const std::string& model) {
    return job(model, {inline_input(DType::int64, {1}, std::vector<std::int64_t>{count})});
}

}  // namespace samovar::tests
