// A session's memory: which channels to open, and how large.

#include <algorithm>

#include "client/session.hpp"
#include "client/slot_access.hpp"
#include "ipc/os/segment.hpp"

namespace samovar::client {
namespace {

// The smallest channel: a page table's worth; smaller ones would only be followed by others.
constexpr std::uint64_t kSmallestChannel = 1u << 20;
// A first slot is followed by others of its size: a result, and the next pictures.
constexpr std::uint64_t kSlotsAtFirst = 4;
// What may be opened beyond what was asked for, or half of what is held if that is more: the daemon
// allocates every page, 0.25 ms a MiB.
constexpr std::uint64_t kAhead = 64u << 20;

}  // namespace

// The question for a channel. Its answer is taken under the session's lock, so that channel, id and
// first slot appear at once, before anything can happen to the connection.
class Session::Opening final : public Pending {
  public:
    Opening(Session& session, std::uint64_t bytes, std::size_t slot)
        : session_(session), bytes_(bytes), slot_(slot) {}

    Result<ipc::Bytes> frame(std::uint64_t number) override {
        return ipc::encode(ipc::OpenChannel{bytes_}, number);
    }
    void on_progress(const Progress&, Callbacks&) override {}
    void on_answer(ipc::Frame& frame, Callbacks&) override { result = taken(frame); }
    void on_failure(const Error& error, Callbacks&) override { result = error; }

    // Valid once done(); empty where no slot was asked for.
    Result<Slot> result{Error{}};

  private:
    Result<Slot> taken(ipc::Frame& frame) {
        const auto opened = answer_in<ipc::ChannelOpened>(frame);
        if (!opened) return opened.error();
        Result<ChannelPtr> channel = Channel::open(std::move(frame.descriptor), opened->bytes);
        if (!channel) {
            session_.close_channel(opened->channel);
            return channel.error();
        }
        (*channel)->set_id(opened->channel);
        session_.channels_.push_back(*channel);
        if (slot_ == 0) return Slot();
        std::optional<Slot> slot = SlotAccess::take(*channel, slot_);
        if (!slot)
            return Error{Errc::protocol, "the daemon opened a channel that is too small", "", 0, 0};
        return std::move(*slot);
    }

    Session& session_;
    const std::uint64_t bytes_;
    const std::size_t slot_;
};

Result<Slot> Session::take(std::uint64_t bytes) {
    Lock lock(mutex_);
    const auto size = static_cast<std::size_t>(std::max<std::uint64_t>(bytes, 1));
    if (std::optional<Slot> slot = take_from_open(size)) return std::move(*slot);
    const Result<std::uint64_t> needed = checked_size(lock, bytes);
    if (!needed) return needed.error();
    close_idle(/*only_useless=*/true);
    const std::uint64_t wanted = sensible_size(*needed);
    lock.unlock();
    return open_channel_for(*needed, wanted, size);
}

Result<void> Session::reserve(std::uint64_t bytes) {
    Lock lock(mutex_);
    const Result<std::uint64_t> needed = checked_size(lock, bytes);
    if (!needed) return needed.error();
    lock.unlock();
    if (Result<Slot> opened = open_channel_for(*needed, *needed, 0); !opened) return opened.error();
    return {};
}

void Session::trim() {
    const std::scoped_lock lock(mutex_);
    close_idle(/*only_useless=*/false);
}

std::optional<Slot> Session::take_from_open(std::size_t bytes) {
    for (const ChannelPtr& channel : channels_) {
        // One without an id was refused by a restarted daemon, unless there is none just now.
        if (connection_ && channel->id() == 0) continue;
        if (std::optional<Slot> slot = SlotAccess::take(channel, bytes)) return slot;
    }
    return std::nullopt;
}

// The bytes of a channel that holds a slot of `bytes`. Errors: `quota`; session errors, because the
// limits are the daemon's.
Result<std::uint64_t> Session::checked_size(Lock& lock, std::uint64_t bytes) {
    if (Result<void> connected = connect(lock, Deadline(options_.call_timeout)); !connected)
        return connected.error();
    const std::uint64_t most = daemon_.channel_bytes;
    if (bytes > most)
        return Error{Errc::quota,
                     std::to_string(bytes) + " bytes were asked for, and one channel may hold " +
                         std::to_string(most),
                     "use smaller tensors", 0, 0};
    return ipc::round_to_pages(*SlotAllocator::rounded(bytes));
}

std::uint64_t Session::sensible_size(std::uint64_t needed) const {
    std::uint64_t held = 0;
    for (const ChannelPtr& channel : channels_)
        held += channel->bytes().size();
    // Doubling what there is keeps the channels few.
    const std::uint64_t generous =
        std::max({kSmallestChannel, channels_.empty() ? kSlotsAtFirst * needed : needed, held});
    const std::uint64_t limited = std::min(generous, needed + std::max(kAhead, held / 2));
    return std::max(needed,
                    std::min(limited, daemon_.channel_bytes) / ipc::kPageBytes * ipc::kPageBytes);
}

Result<Slot> Session::open_channel_for(std::uint64_t needed, std::uint64_t wanted,
                                       std::size_t slot) {
    Result<Slot> opened = open_channel(wanted, slot);
    if (opened || opened.error().code != Errc::quota) return opened;
    // Too many channels or bytes: let go of what is not used, and be modest.
    trim();
    return open_channel(needed, slot);
}

Result<Slot> Session::open_channel(std::uint64_t bytes, std::size_t slot) {
    const auto opening = std::make_shared<Opening>(*this, bytes, slot);
    if (Result<void> ended = carry_out(opening, Deadline(options_.call_timeout)); !ended)
        return ended.error();
    return std::move(opening->result);
}

// Useless: abandoned in part, or refused by a restarted daemon. Not while another thread offers
// them to a new one.
void Session::close_idle(bool only_useless) {
    if (connecting_ || !connection_) return;
    std::erase_if(channels_, [&](const ChannelPtr& channel) {
        if (!channel->idle() || (only_useless && !channel->spoilt() && channel->id() != 0))
            return false;
        if (channel->id() != 0) close_channel(channel->id());
        return true;
    });
}

}  // namespace samovar::client
