// Boost.Asio's own code, once.
#include <boost/asio/impl/src.hpp>
