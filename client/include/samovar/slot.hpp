#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include <samovar/export.hpp>

namespace samovar {

namespace client {
class Channel;
struct SlotAccess;
}  // namespace client

// A stretch of memory that client and worker share: what is written here is what the model reads,
// without a copy. Taken with Client::take(), given back by its end.
//
// A slot has one owner. Lending it to a job moves it into the job, so the Slot that was lent is
// empty and cannot be used again by mistake; it comes back with the result. Do not keep the span of
// bytes() beyond that: the worker may read or write there until the job is done, also after a
// cancel.
//
// The memory stays valid when the daemon or the Client goes away. One thread at a time.
class SAMOVAR_EXPORT Slot {
  public:
    Slot() noexcept;
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&& other) noexcept;
    ~Slot();

    // Whether it holds memory: false after it was lent, moved or given back.
    explicit operator bool() const noexcept { return channel_ != nullptr; }
    // At least as many bytes as were asked for, beginning at a multiple of 64; nothing if empty.
    // Fresh memory is zero; used memory holds what was there.
    std::span<std::byte> bytes() const noexcept;
    std::size_t size() const noexcept { return size_; }
    // Gives the memory back now.
    void release() noexcept;

  private:
    friend struct client::SlotAccess;
    std::shared_ptr<client::Channel> channel_;
    std::uint64_t offset_ = 0;
    std::size_t size_ = 0;
};

}  // namespace samovar
