#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <samovar/models.hpp>

namespace samovar::client {

// What is to be called once the session's lock is released.
using Callbacks = std::vector<std::function<void()>>;

// A caller's function for progress. Any thread may come to run it, also one that read the news
// before the call was over and gets round to telling it afterwards; so the call ends it, because
// what the function refers to may be gone as soon as the call has returned.
class ProgressListener {
  public:
    // `call` may be empty.
    explicit ProgressListener(std::function<void(const Progress&)> call) {
        if (call) listener_ = std::make_shared<Listener>(std::move(call));
    }

    explicit operator bool() const noexcept { return listener_ != nullptr; }

    void tell(const Progress& progress, Callbacks& callbacks) const {
        if (!listener_) return;
        callbacks.push_back([listener = listener_, progress] {
            const std::scoped_lock lock(listener->mutex);
            if (!listener->ended) listener->call(progress);
        });
    }

    // Once this returns it is not called any more. Waits for another thread that is inside it, and
    // may be called from inside it, so never under the session's lock.
    void end() const {
        if (!listener_) return;
        const std::scoped_lock lock(listener_->mutex);
        listener_->ended = true;
    }

  private:
    struct Listener {
        explicit Listener(std::function<void(const Progress&)> function)
            : call(std::move(function)) {}
        const std::function<void(const Progress&)> call;
        // Recursive: the function may call the Client, which may read the next news.
        std::recursive_mutex mutex;
        bool ended = false;
    };
    std::shared_ptr<Listener> listener_;
};

}  // namespace samovar::client
