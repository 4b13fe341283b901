#include "fake_daemon.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>

namespace samovar::tests {
namespace {

// What a test waits at most for a frame that should come.
constexpr int kPatienceMs = 20'000;

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    return address;
}

}  // namespace

// ---- FakePeer -----------------------------------------------------------------------------------

void FakePeer::send_bytes(std::span<const std::byte> bytes, int descriptor) {
    // The client may have gone, which is its own affair.
    static_cast<void>(ipc::send_all(socket_.get(), bytes, descriptor));
}

void FakePeer::fail(std::uint64_t request, Errc code, const std::string& message) {
    send(ipc::ErrorReply{{code, message, "", 0, 0}}, request);
}

std::optional<ipc::Frame> FakePeer::next() {
    while (true) {
        Result<std::optional<ipc::Frame>> frame = reader_.take();
        if (!frame) return std::nullopt;
        if (*frame) return std::move(**frame);
        pollfd watched{socket_.get(), POLLIN, 0};
        if (::poll(&watched, 1, kPatienceMs) <= 0) return std::nullopt;
        const auto status = ipc::receive(socket_.get(), reader_, ipc::Wait::no);
        if (!status || *status == ipc::ReadStatus::closed) return std::nullopt;
    }
}

ipc::Greeting FakePeer::default_greeting() {
    ipc::Greeting greeting;
    greeting.daemon = "fake 1.0";
    greeting.roles = ipc::kRoleSubmit | ipc::kRoleAdmin;
    return greeting;
}

ipc::Hello FakePeer::shake_hands(const ipc::Greeting& greeting) {
    send(greeting, 0);
    const auto frame = next();
    if (!frame) return {};
    const auto hello = ipc::decode<ipc::Hello>(frame->body);
    return hello ? *hello : ipc::Hello{};
}

void FakePeer::shut() const {
    ::shutdown(socket_.get(), SHUT_RDWR);
}

// ---- FakeDaemon ---------------------------------------------------------------------------------

FakeDaemon::FakeDaemon(std::string path, Script script)
    : path_(std::move(path)), script_(std::move(script)) {
    ::unlink(path_.c_str());
    listener_ = ipc::UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = address_of(path_);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    acceptor_ = std::thread([this] { accept_all(); });
}

FakeDaemon::FakeDaemon(std::string path, std::map<ipc::MessageType, Handler> handlers)
    : FakeDaemon(std::move(path), serve(std::move(handlers))) {}

void FakeDaemon::accept_all() {
    while (true) {
        ipc::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!socket) return;
        const auto peer = std::make_shared<FakePeer>(std::move(socket));
        const std::scoped_lock lock(mutex_);
        ++connections_;
        peers_.push_back(peer);
        threads_.emplace_back([this, peer] {
            script_(*peer);
            peer->shut();
        });
    }
}

void FakeDaemon::stop() {
    if (!listener_) return;
    ::unlink(path_.c_str());
    ::shutdown(listener_.get(), SHUT_RDWR);  // accept4 returns
    acceptor_.join();
    listener_.reset();
    for (const auto& peer : peers_)
        peer->shut();
    for (std::thread& thread : threads_)
        thread.join();
    peers_.clear();
    threads_.clear();
}

namespace {

void open_channel(FakePeer& peer, const ipc::Frame& frame) {
    const auto open = ipc::decode<ipc::OpenChannel>(frame.body);
    Result<ipc::UniqueFd> memfd = ipc::create_segment(ipc::round_to_pages(open->bytes));
    ASSERT_TRUE(memfd);
    const std::uint32_t id = peer.next_channel++;
    const std::uint64_t bytes = ipc::round_to_pages(open->bytes);
    peer.channels.emplace(id, std::move(*ipc::Mapping::open(memfd->get(), bytes)));
    peer.send(ipc::ChannelOpened{id, bytes}, frame.header.request, memfd->get());
}

void resume_channel(FakePeer& peer, const ipc::Frame& frame) {
    const auto resume = ipc::decode<ipc::ResumeChannel>(frame.body);
    Result<ipc::Mapping> mapping = ipc::Mapping::open(frame.descriptor.get(), resume->bytes);
    if (!mapping)
        return peer.fail(frame.header.request, mapping.error().code, mapping.error().message);
    const std::uint32_t id = 100 + peer.next_channel++;
    peer.channels.emplace(id, std::move(*mapping));
    peer.send(ipc::ChannelOpened{id, resume->bytes}, frame.header.request);
}

void close_channel(FakePeer& peer, const ipc::Frame& frame) {
    const auto close = ipc::decode<ipc::CloseChannel>(frame.body);
    if (peer.channels.erase(close->channel) == 1) return peer.send(ipc::Ok{}, frame.header.request);
    peer.fail(frame.header.request, Errc::unknown_channel, "no such channel");
}

}  // namespace

FakeDaemon::Script FakeDaemon::serve(std::map<ipc::MessageType, Handler> handlers) {
    return [handlers = std::move(handlers)](FakePeer& peer) {
        peer.shake_hands();
        while (auto frame = peer.next()) {
            const std::uint64_t request = frame->header.request;
            const auto handler = handlers.find(frame->header.type);
            if (handler != handlers.end()) {
                handler->second(peer, *frame);
                continue;
            }
            switch (frame->header.type) {
                case ipc::MessageType::ping: peer.send(ipc::Pong{1234, 42}, request); break;
                case ipc::MessageType::open_channel: open_channel(peer, *frame); break;
                case ipc::MessageType::resume_channel: resume_channel(peer, *frame); break;
                case ipc::MessageType::close_channel: close_channel(peer, *frame); break;
                case ipc::MessageType::cancel: break;
                default: peer.fail(request, Errc::invalid_argument, "not in this test");
            }
        }
    };
}

void echo(FakePeer& peer, ipc::Frame& frame) {
    const auto submit = ipc::decode<ipc::Submit>(frame.body);
    const ipc::InputTensor& input = submit->inputs.at(0);
    const auto bytes = static_cast<std::size_t>(*tensor_bytes(input.dtype, input.shape));
    std::span<const std::byte> from = input.data;
    if (input.channel != ipc::kInline)
        from = peer.channels.at(input.channel).bytes().subspan(input.offset, bytes);
    ipc::Done done;
    ipc::OutputTensor& output = done.outputs.emplace_back();
    output.name = "echo";
    output.dtype = input.dtype;
    output.shape = input.shape;
    if (submit->outputs.empty() || submit->outputs[0].channel == ipc::kInline) {
        output.data.assign(from.begin(), from.end());
    } else {
        const ipc::OutputPlace& place = submit->outputs[0];
        if (place.capacity < bytes) {
            peer.send(ipc::ErrorReply{{Errc::output_too_small, "too small", "", bytes, 0}},
                      frame.header.request);
            return;
        }
        output.channel = place.channel;
        output.offset = place.offset;
        std::memcpy(peer.channels.at(place.channel).bytes().data() + place.offset, from.data(),
                    bytes);
    }
    done.timings = {1, 2, 3, 4, 20};
    peer.send(done, frame.header.request);
}

}  // namespace samovar::tests
