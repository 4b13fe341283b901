#pragma once
// What `samovar top` shows, and what its keys do to it. Pure: no terminal is touched here.

#include <optional>
#include <string>

#include <samovar/models.hpp>
#include <samovar/residency.hpp>

#include "client/cli/console.hpp"

namespace samovar::cli {

struct ScreenSize {
    std::size_t columns = 80, rows = 24;
};

enum class Key { none, up, down, sort, reverse, all, load, park, unload, quit };

// Takes the next key off the front of what was typed; `none` for what is no key.
Key take_key(std::string& typed);

// A wish for the model of the chosen row.
struct Wanted {
    std::string model;
    Wish wish;
};

class TopView {
  public:
    // The newest status; rows are put in order.
    void take(DaemonStatus status);
    // What is shown below the rows: how a wish went, or what is wrong.
    void say(std::string message) { message_ = std::move(message); }
    // What is wanted of a model, where the key wants that.
    std::optional<Wanted> press(Key key);
    bool wants_all() const noexcept { return all_; }

    // The whole screen: lines of at most `size.columns`, at most `size.rows` of them.
    std::string draw(ScreenSize size, const Stream& stream) const;

  private:
    enum class Order { name, state, bytes, uses, cold_starts, last_use };
    static constexpr int kOrders = 6;
    static const char* name_of(Order order);

    void sort();
    std::size_t chosen() const;

    DaemonStatus status_;
    std::string chosen_, message_;
    Order order_ = Order::name;
    bool reversed_ = false, all_ = false;
};

}  // namespace samovar::cli
