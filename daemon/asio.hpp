#pragma once
// The part of Boost.Asio that the daemon uses.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>

namespace samovar::daemon {

namespace asio = boost::asio;
using UnixSocket = asio::local::stream_protocol::socket;
// Completes with (error_code, ...) instead of throwing.
inline constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
// For co_spawn, in the place of `detached`, which would drop it: what escapes the coroutine escapes
// the loop, and ends the daemon.
inline constexpr auto or_end_the_daemon = [](std::exception_ptr fault) {
    if (fault) std::rethrow_exception(fault);
};

}  // namespace samovar::daemon
