// The client of the peers: the same request over and over, from so many connections on one thread,
// over HTTP or over a pair of pipes. It costs as little as a client can, so that a peer is measured
// and not what asks it. Prints the latencies of one run as JSON; peers.py starts the peers.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Settings {
    std::uint16_t port = 0;
    std::string request;  // a file
    int connections = 1, pipe_in = -1, pipe_out = -1;
    int memory = -1;  // what both have mapped, where elements are copied to it and from it
    std::size_t bytes_in = 0, bytes_out = 0;
    double warm_up = 0.5, seconds = 3;
};

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail("connect");
    return fd;
}

// Bytes of an answer, head and body, or 0 while its head is not all there. `status` is its own.
std::size_t length_of(const std::string& answer, int& status) {
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == answer.npos) return 0;
    std::string head = answer.substr(0, end + 2);
    status = std::stoi(head.substr(head.find(' ') + 1));
    for (char& c : head)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::string name = "\r\ncontent-length:";
    const std::size_t at = head.find(name);
    if (at == head.npos) throw std::runtime_error("an answer without a length:\n" + head);
    return end + 4 + std::stoull(head.substr(at + name.size()));
}

// One caller: sends the request, takes the answer, and begins again.
class Connection {
  public:
    Connection(int fd, const std::string& request) : fd_(fd), request_(request) {}

    int fd() const { return fd_; }
    short events() const { return sent_ < request_.size() ? POLLOUT | POLLIN : POLLIN; }
    void begin() {
        begun_ = Clock::now();
        sent_ = 0;
        answer_.clear();
        due_ = 0;
    }
    // Goes on as far as it can without waiting; true once the answer is there.
    bool go_on() {
        while (sent_ < request_.size()) {
            const ssize_t count = ::send(fd_, request_.data() + sent_, request_.size() - sent_,
                                         MSG_DONTWAIT | MSG_NOSIGNAL);
            if (count < 0 && errno == EAGAIN) break;
            if (count < 0) fail("send");
            sent_ += static_cast<std::size_t>(count);
        }
        while (true) {
            const ssize_t count = ::recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
            if (count < 0 && errno == EAGAIN) return false;
            if (count <= 0) fail("recv");
            answer_.append(buffer_.data(), static_cast<std::size_t>(count));
            if (due_ == 0) due_ = length_of(answer_, status_);
            if (due_ > 0 && answer_.size() >= due_) break;
        }
        if (status_ != 200) throw std::runtime_error("the peer answered " + answer_.substr(0, 400));
        return true;
    }
    std::int64_t took() const { return (Clock::now() - begun_).count(); }

  private:
    int fd_;
    const std::string& request_;
    std::size_t sent_ = 0, due_ = 0;
    int status_ = 0;
    std::string answer_;
    std::vector<char> buffer_ = std::vector<char>(1 << 20);
    Clock::time_point begun_;
};

class Run {
  public:
    explicit Run(const Settings& settings)
        : from_(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>(settings.warm_up))),
          until_(from_ + std::chrono::duration_cast<Clock::duration>(
                             std::chrono::duration<double>(settings.seconds))),
          seconds_(settings.seconds) {}

    bool over() const { return Clock::now() >= until_; }
    void note(std::int64_t took) {
        if (Clock::now() >= from_ && !over()) latencies_.push_back(took);
    }
    void print() const {
        const nlohmann::json line{
            {"calls_per_second", static_cast<double>(latencies_.size()) / seconds_},
            {"latencies", latencies_}};
        std::printf("%s\n", line.dump().c_str());
    }

  private:
    Clock::time_point from_, until_;
    double seconds_;
    std::vector<std::int64_t> latencies_;
};

void over_http(const Settings& settings, Run& run) {
    std::ifstream file(settings.request, std::ios::binary);
    const std::string request{std::istreambuf_iterator<char>(file), {}};
    std::vector<Connection> connections;
    for (int i = 0; i < settings.connections; ++i)
        connections.emplace_back(connect_to(settings.port), request).begin();
    std::vector<pollfd> watched(connections.size());
    while (!run.over()) {
        for (std::size_t i = 0; i < connections.size(); ++i)
            watched[i] = {connections[i].fd(), connections[i].events(), 0};
        if (::poll(watched.data(), watched.size(), 60'000) <= 0) fail("nothing in a minute");
        for (std::size_t i = 0; i < connections.size(); ++i) {
            while (watched[i].revents != 0 && connections[i].go_on()) {
                run.note(connections[i].took());
                connections[i].begin();
            }
        }
    }
}

// Memory that both have mapped, and the caller's own, from which and to which it copies.
class SharedMemory {
  public:
    explicit SharedMemory(const Settings& settings)
        : from_(settings.memory >= 0 ? settings.bytes_in : 0, 'p'),
          to_(settings.memory >= 0 ? settings.bytes_out : 0) {
        if (settings.memory < 0) return;
        address_ =
            static_cast<char*>(::mmap(nullptr, from_.size() + to_.size(), PROT_READ | PROT_WRITE,
                                      MAP_SHARED, settings.memory, 0));
        if (address_ == MAP_FAILED) fail("mmap");
    }
    void put() { std::memcpy(address_, from_.data(), from_.size()); }
    void get() { std::memcpy(to_.data(), address_ + from_.size(), to_.size()); }

  private:
    std::vector<char> from_, to_;
    char* address_ = nullptr;  // mapped as long as the process lives
};

// A byte each way: the elements lie in memory that both have mapped, or are copied there and back.
void over_pipes(const Settings& settings, Run& run) {
    SharedMemory memory(settings);
    while (!run.over()) {
        const auto begun = Clock::now();
        char byte = 'r';
        memory.put();
        if (::write(settings.pipe_out, &byte, 1) != 1) fail("write");
        if (::read(settings.pipe_in, &byte, 1) != 1) fail("read");
        memory.get();
        run.note((Clock::now() - begun).count());
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("asks a peer; started by peers.py");
    Settings settings;
    app.add_option("--port", settings.port, "on 127.0.0.1");
    app.add_option("--request", settings.request, "a file with the whole request");
    app.add_option("--connections", settings.connections);
    app.add_option("--pipe-in", settings.pipe_in, "descriptors, in place of all that");
    app.add_option("--pipe-out", settings.pipe_out);
    app.add_option("--memory", settings.memory, "a descriptor: elements are copied there and back");
    app.add_option("--bytes-in", settings.bytes_in);
    app.add_option("--bytes-out", settings.bytes_out);
    app.add_option("--warm-up", settings.warm_up);
    app.add_option("--seconds", settings.seconds);
    CLI11_PARSE(app, argc, argv);
    try {
        Run run(settings);
        settings.pipe_in >= 0 ? over_pipes(settings, run) : over_http(settings, run);
        run.print();
        return 0;
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "bench_peer_client: %s\n", fault.what());
        return 1;
    }
}
