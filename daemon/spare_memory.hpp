#pragma once
#include <boost/asio/thread_pool.hpp>

#include "daemon/asio.hpp"

namespace samovar::daemon {

// What malloc keeps of memory that was freed goes back to the system: else a daemon stays for ever
// as large as its worst moment was. Loop thread only.
class SpareMemory {
  public:
    // `pool`: where it is given back, which takes a millisecond for every few megabytes.
    SpareMemory(const asio::any_io_executor& loop, asio::thread_pool& pool)
        : timer_(loop), pool_(pool) {}

    // Much may have been freed: looks in a moment, however often it is asked until then.
    void look_soon();
    void stop();

  private:
    asio::steady_timer timer_;
    asio::thread_pool& pool_;
    bool to_look_ = false, stopped_ = false;
};

}  // namespace samovar::daemon
