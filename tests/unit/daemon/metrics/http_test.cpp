// Scrapers over HTTP.

#include <gmock/gmock.h>
#include <sys/socket.h>

#include "daemon/metrics/scrapers.hpp"
#include "tests/support/process.hpp"
#include "tests/unit/daemon/loop.hpp"

namespace samovar::daemon {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

class Scraping : public testing::Test {
  protected:
    void begin(HttpConnection::Limits limits = {}) {
        scrapers_.emplace(
            loop_.context, []() -> asio::awaitable<std::string> { co_return "a 1\n"; }, limits);
        scrapers_->listen(*Listener::open(loop_.context.get_executor(), {path_, 0600, ""}));
    }
    ~Scraping() override {
        if (scrapers_) scrapers_->stop();
        loop_.settle();
    }
    UnixSocket connect() {
        UnixSocket socket(loop_.context);
        socket.connect(asio::local::stream_protocol::endpoint(path_.string()));
        return socket;
    }
    // What came until nothing more does; "closed" where the daemon has closed the connection.
    std::string said(UnixSocket& socket) {
        loop_.settle();
        char text[4096];
        const ssize_t count = ::recv(socket.native_handle(), text, sizeof text, MSG_DONTWAIT);
        if (count == 0) return "closed";
        return {text, static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }
    std::string answer(UnixSocket& socket, const std::string& request) {
        ::send(socket.native_handle(), request.data(), request.size(), MSG_NOSIGNAL);
        return said(socket);
    }
    std::string answer(const std::string& request) {
        UnixSocket socket = connect();
        return answer(socket, request);
    }

    tests::TemporaryFolder folder_;
    const std::filesystem::path path_ = folder_.path() / "m";
    tests::Loop loop_;
    std::optional<Scrapers> scrapers_;
};

TEST_F(Scraping, gets_the_metrics_with_the_kind_that_Prometheus_asks_for) {
    begin();
    EXPECT_THAT(answer("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                      HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
                      HasSubstr("Content-Length: 4\r\n"), EndsWith("\r\n\r\na 1\n")));
}

TEST_F(Scraping, asks_again_on_the_same_connection) {
    begin();
    UnixSocket socket = connect();
    for (int i = 0; i < 3; ++i)
        EXPECT_THAT(answer(socket, "GET /metrics?x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                    EndsWith("\r\n\r\na 1\n"));
}

TEST_F(Scraping, is_let_go_after_one_answer_where_it_says_so) {
    begin();
    UnixSocket socket = connect();
    EXPECT_THAT(answer(socket, "GET /metrics HTTP/1.0\r\n\r\n"), EndsWith("a 1\n"));
    EXPECT_EQ(said(socket), "closed");
}

TEST_F(Scraping, gets_the_head_alone_where_it_asks_for_that) {
    begin();
    EXPECT_THAT(answer("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(Scraping, is_told_that_there_is_nothing_else) {
    begin();
    EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(answer("GET /metrics/x HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(answer("DELETE /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD\r\n")));
}

TEST_F(Scraping, that_speaks_no_http_is_told_so_and_let_go) {
    begin();
    for (const std::string& words :
         {std::string("\3\0\0\0 samovar\r\n\r\n", 15), std::string("GET /metrics\r\n\r\n"),
          std::string("GET /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello")}) {
        UnixSocket socket = connect();
        EXPECT_THAT(answer(socket, words), StartsWith("HTTP/1.1 400 ")) << words;
        EXPECT_EQ(said(socket), "closed");
    }
}

TEST_F(Scraping, with_a_request_that_is_too_long_is_let_go) {
    begin();
    UnixSocket socket = connect();
    EXPECT_THAT(answer(socket, "GET /metrics HTTP/1.1\r\nX: " + std::string(20'000, 'x')),
                StartsWith("HTTP/1.1 400 "));
}

TEST_F(Scraping, that_is_too_slow_is_let_go) {
    begin({10ms, 10ms});
    UnixSocket socket = connect();
    answer(socket, "GET /met");
    loop_.until([&] { return said(socket) == "closed"; });
}

TEST_F(Scraping, by_more_than_are_allowed_does_not_harm_those_that_are) {
    begin();
    std::vector<UnixSocket> sockets;
    for (std::size_t i = 0; i < Scrapers::kMost; ++i)
        sockets.push_back(connect());
    loop_.settle();
    UnixSocket one_more = connect();
    EXPECT_EQ(said(one_more), "closed");
    EXPECT_THAT(answer(sockets.back(), "GET /metrics HTTP/1.0\r\n\r\n"), EndsWith("a 1\n"));
    loop_.settle();
    EXPECT_THAT(answer("GET /metrics HTTP/1.0\r\n\r\n"), EndsWith("a 1\n"));
}

TEST_F(Scraping, ends_where_the_daemon_stops_and_leaves_no_socket) {
    begin();
    UnixSocket socket = connect();
    loop_.settle();
    scrapers_->stop();
    EXPECT_EQ(said(socket), "closed");
    EXPECT_FALSE(std::filesystem::exists(path_));
    loop_.context.restart();
    EXPECT_EQ(loop_.context.poll(), 0U);
}

}  // namespace
}  // namespace samovar::daemon
