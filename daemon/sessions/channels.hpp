#pragma once
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include <samovar/error.hpp>
#include <samovar/limits.hpp>

#include "daemon/asio.hpp"
#include "ipc/os/unique_fd.hpp"
#include "scheduler/access/policy.hpp"

namespace samovar::daemon {

class ChannelTable;

// Bytes that a user holds, given back when the charge goes.
class Charge {
  public:
    Charge(ChannelTable& table, uid_t uid, std::uint64_t bytes) noexcept
        : table_(&table), uid_(uid), bytes_(bytes) {}
    Charge(Charge&& other) noexcept
        : table_(std::exchange(other.table_, nullptr)), uid_(other.uid_), bytes_(other.bytes_) {}
    Charge& operator=(Charge&&) = delete;
    ~Charge();
    std::uint64_t bytes() const { return bytes_; }

  private:
    ChannelTable* table_;
    uid_t uid_;
    std::uint64_t bytes_;
};

// A channel's memory, held by its session and by every job that reads or writes it. The daemon
// never maps it. When the last holder lets go, the workers are told and the descriptor is closed.
class Channel {
  public:
    Channel(ChannelTable& table, std::uint32_t id, ipc::UniqueFd fd, Charge charge);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    std::uint32_t id() const { return id_; }
    std::uint64_t bytes() const { return charge_.bytes(); }
    int fd() const { return fd_.get(); }

  private:
    ChannelTable& table_;
    std::uint32_t id_;
    ipc::UniqueFd fd_;
    Charge charge_;
};
using ChannelPtr = std::shared_ptr<Channel>;

// Whose a channel is, and what that one may hold in all.
struct ChannelOwner {
    uid_t uid = 0;
    scheduler::Ruled<std::uint64_t> limit;
};

// Makes channels and keeps the account of who holds how much. Loop thread only; the allocation of
// large ones runs on the helper thread. Outlives every Channel.
class ChannelTable {
  public:
    explicit ChannelTable(asio::thread_pool& helper) : helper_(helper) {}

    // A new sealed channel of `bytes`, rounded up to pages. Errors: `invalid_argument`, `quota`,
    // `out_of_memory`, `io`.
    asio::awaitable<Result<ChannelPtr>> create(ChannelOwner owner, std::uint64_t bytes);
    // A client's memfd of an earlier connection. Errors: those, and `bad_descriptor`.
    Result<ChannelPtr> adopt(const ChannelOwner& owner, std::uint64_t bytes, ipc::UniqueFd fd);

    // Called with the id of each channel that nobody holds any more.
    std::function<void(std::uint32_t)> on_gone;

    std::size_t count() const { return ids_.size(); }
    std::uint64_t bytes() const;
    std::uint64_t bytes_of(uid_t uid) const;

  private:
    friend class Channel;
    friend class Charge;
    Result<Charge> charge(const ChannelOwner& owner, std::uint64_t bytes);
    Result<ChannelPtr> make(Result<ipc::UniqueFd> fd, Charge charge);
    std::uint32_t free_id();

    asio::thread_pool& helper_;
    std::map<uid_t, std::uint64_t> held_;
    std::uint32_t last_id_ = 0;
    std::set<std::uint32_t> ids_;  // in use
};

}  // namespace samovar::daemon
