#include "daemon/sessions/channels.hpp"

#include "daemon/off_loop.hpp"
#include "ipc/os/segment.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::daemon {
namespace {

// Below this an allocation takes a millisecond or less and is done on the loop.
constexpr std::uint64_t kSmall = 4u << 20;

}  // namespace

Charge::~Charge() {
    if (!table_) return;
    const auto held = table_->held_.find(uid_);
    held->second -= bytes_;
    if (held->second == 0) table_->held_.erase(held);
}

Channel::Channel(ChannelTable& table, std::uint32_t id, ipc::UniqueFd fd, Charge charge)
    : table_(table), id_(id), fd_(std::move(fd)), charge_(std::move(charge)) {
    table_.ids_.insert(id_);
}

Channel::~Channel() {
    table_.ids_.erase(id_);
    if (table_.on_gone) table_.on_gone(id_);
}

Result<Charge> ChannelTable::charge(const ChannelOwner& owner, std::uint64_t bytes) {
    if (bytes == 0 || bytes > kMaxChannelBytes)
        return Error{Errc::invalid_argument,
                     "a channel of " + std::to_string(bytes) + " bytes, where 1 to " +
                         std::to_string(kMaxChannelBytes) + " are allowed",
                     "open several smaller ones", 0, 0};
    const std::uint64_t before = bytes_of(owner.uid);
    // A reload may have set the limit below what is held.
    if (before > owner.limit.value || bytes > owner.limit.value - before)
        return Error{Errc::quota,
                     "the channels of user " + std::to_string(owner.uid) + " would hold " +
                         std::to_string(before + bytes) + " bytes, where " +
                         std::to_string(owner.limit.value) + " are allowed: " + owner.limit.rule,
                     "close channels that are not in use", 0, 0};
    held_[owner.uid] = before + bytes;
    return Charge(*this, owner.uid, bytes);
}

asio::awaitable<Result<ChannelPtr>> ChannelTable::create(ChannelOwner owner, std::uint64_t bytes) {
    const std::uint64_t rounded = bytes > kMaxChannelBytes ? bytes : ipc::round_to_pages(bytes);
    Result<Charge> charge = this->charge(owner, rounded);
    if (!charge) co_return charge.error();
    if (rounded <= kSmall) co_return make(ipc::create_segment(rounded), std::move(*charge));
    auto allocate = [rounded] { return ipc::create_segment(rounded); };
    Result<ipc::UniqueFd> fd = co_await off_loop(helper_, allocate);
    co_return make(std::move(fd), std::move(*charge));
}

Result<ChannelPtr> ChannelTable::make(Result<ipc::UniqueFd> fd, Charge charge) {
    if (!fd) return fd.error();
    return std::make_shared<Channel>(*this, free_id(), std::move(*fd), std::move(charge));
}

// Never one in use: a worker knows a channel by its id alone, and the count starts anew after 2^32.
std::uint32_t ChannelTable::free_id() {
    do
        ++last_id_;
    while (last_id_ == ipc::kInline || ids_.contains(last_id_));
    return last_id_;
}

Result<ChannelPtr> ChannelTable::adopt(const ChannelOwner& owner, std::uint64_t bytes,
                                       ipc::UniqueFd fd) {
    if (bytes % ipc::kPageBytes != 0)
        return Error{Errc::invalid_argument, "a channel's size is a multiple of 4096 bytes", "", 0,
                     0};
    Result<Charge> charge = this->charge(owner, bytes);
    if (!charge) return charge.error();
    if (Result<void> checked = ipc::check_segment(fd.get(), bytes); !checked)
        return checked.error();
    return make(std::move(fd), std::move(*charge));
}

std::uint64_t ChannelTable::bytes_of(uid_t uid) const {
    const auto held = held_.find(uid);
    return held == held_.end() ? 0 : held->second;
}

std::uint64_t ChannelTable::bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [uid, held] : held_)
        sum += held;
    return sum;
}

}  // namespace samovar::daemon
