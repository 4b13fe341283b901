#include "daemon/metrics/http.hpp"

#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <string_view>
#include <utility>

namespace samovar::daemon {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::uint32_t kMaxRequestBytes = 8u << 10;
constexpr const char* kPlainText = "text/plain; charset=utf-8";
constexpr const char* kExposition = "text/plain; version=0.0.4; charset=utf-8";

using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

Response answer(http::status status, const char* kind, std::string text, bool keep) {
    Response response(status, 11);
    response.set(http::field::server, "samovard/" SAMOVAR_VERSION);
    response.set(http::field::content_type, kind);
    response.keep_alive(keep);
    response.body() = std::move(text);
    response.prepare_payload();
    return response;
}

std::string_view path_of(const Request& request) {
    const std::string_view target(request.target().data(), request.target().size());
    return target.substr(0, target.find('?'));
}

// What is answered without a look at the metrics; nothing where the metrics are.
std::optional<Response> refusal(const Request& request) {
    if (path_of(request) != "/metrics")
        return answer(http::status::not_found, kPlainText, "samovard has /metrics, and no more\n",
                      request.keep_alive());
    if (request.method() == http::verb::get || request.method() == http::verb::head)
        return std::nullopt;
    Response response = answer(http::status::method_not_allowed, kPlainText,
                               "/metrics is for GET and HEAD\n", request.keep_alive());
    response.set(http::field::allow, "GET, HEAD");
    return response;
}

class BeastConnection final : public HttpConnection {
  public:
    BeastConnection(UnixSocket socket, Text text, Limits limits)
        : stream_(std::move(socket)), text_(std::move(text)), limits_(limits) {}

    asio::awaitable<void> run() override {
        const auto self = shared_from_this();
        bool goes_on = true;
        while (goes_on) {
            http::request_parser<http::empty_body> parser;
            parser.header_limit(kMaxRequestBytes);
            stream_.expires_after(limits_.request);
            const auto [fault, bytes] =
                co_await http::async_read(stream_, buffer_, parser, use_tuple);
            // Whoever speaks something else is told so; whoever has gone, or is late, is not.
            const bool no_http =
                fault &&
                fault.category() ==
                    beast::http::make_error_code(http::error::bad_method).category() &&
                fault != http::error::end_of_stream && fault != http::error::partial_message;
            if (fault && !no_http) break;
            Response response =
                answer(http::status::bad_request, kPlainText, "this is no request\n", false);
            if (!no_http) {
                std::optional<Response> refused = refusal(parser.get());
                if (refused) {
                    response = std::move(*refused);
                } else {
                    std::string text = co_await text_();
                    response = answer(http::status::ok, kExposition, std::move(text),
                                      parser.get().keep_alive());
                }
            }
            const bool head_only = !no_http && parser.get().method() == http::verb::head;
            goes_on = co_await send(response, head_only);
        }
        close();
    }

    void close() override {
        boost::system::error_code ignored;
        stream_.socket().shutdown(UnixSocket::shutdown_both, ignored);
        stream_.close();
    }

  private:
    // Whether the scraper may ask again.
    asio::awaitable<bool> send(Response& response, bool head_only) {
        stream_.expires_after(limits_.answer);
        http::response_serializer<http::string_body> serializer(response);
        serializer.split(head_only);
        if (head_only) {
            const auto [fault, bytes] =
                co_await http::async_write_header(stream_, serializer, use_tuple);
            co_return !fault && response.keep_alive();
        }
        const auto [fault, bytes] = co_await http::async_write(stream_, serializer, use_tuple);
        co_return !fault && response.keep_alive();
    }

    beast::basic_stream<asio::local::stream_protocol> stream_;
    beast::flat_buffer buffer_{2 * kMaxRequestBytes};
    const Text text_;
    const Limits limits_;
};

}  // namespace

std::shared_ptr<HttpConnection> HttpConnection::make(UnixSocket socket, Text text, Limits limits) {
    return std::make_shared<BeastConnection>(std::move(socket), std::move(text), limits);
}

}  // namespace samovar::daemon
