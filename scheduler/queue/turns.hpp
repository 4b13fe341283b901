#pragma once
#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace samovar::scheduler {

// Seconds of a device's time over a weight: who has had the least is next.
using Share = double;

// What each of several has had. Who was away goes on from where the others are, so that to be away
// earns nothing; and who had more than the others still has when he comes back.
template <class Key>
class Accounts {
  public:
    Share of(const Key& key) const {
        const auto found = accounts_.find(key);
        return found == accounts_.end() ? floor_ : std::max(found->second.had, floor_);
    }
    // An amount below zero was charged too much: it is taken off what is charged next, so that no
    // account ever falls.
    void charge(const Key& key, Share amount) {
        const Share had = of(key);
        Account& account = accounts_[key];
        account.owed = account.owed - amount;
        account.had = had + std::max(-account.owed, 0.0);
        account.owed = std::max(account.owed, 0.0);
    }
    // Nobody who waits has had less than this.
    void raise_floor(Share to) {
        floor_ = std::max(floor_, to);
        if (accounts_.size() > 2 * remembered_ + kFew) forget();
    }
    bool knows(const Key& key) const { return accounts_.contains(key); }
    std::size_t size() const { return accounts_.size(); }

  private:
    struct Account {
        Share had = 0;
        Share owed = 0;
    };
    static constexpr std::size_t kFew = 64;

    // What lies below the floor says no more than the floor.
    void forget() {
        std::erase_if(accounts_, [this](const auto& entry) {
            return entry.second.had <= floor_ && entry.second.owed <= 0;
        });
        remembered_ = accounts_.size();
    }

    std::map<Key, Account> accounts_;
    Share floor_ = 0;
    std::size_t remembered_ = 0;
};

// Those of them who wait, by what they have had. Accounts only rise: the order is mended where it
// is looked at.
template <class Key>
class Turns {
  public:
    void enter(const Key& key, const Accounts<Key>& accounts) {
        const Share had = accounts.of(key);
        if (places_.try_emplace(key, had).second) order_.emplace(had, key);
    }
    void leave(const Key& key) {
        const auto found = places_.find(key);
        if (found == places_.end()) return;
        order_.erase({found->second, key});
        places_.erase(found);
    }
    bool empty() const { return order_.empty(); }
    // Somebody waits.
    Key first(const Accounts<Key>& accounts) {
        for (;;) {
            const auto [place, key] = *order_.begin();
            if (accounts.of(key) <= place) return key;
            leave(key);
            enter(key, accounts);
        }
    }

  private:
    std::map<Key, Share> places_;
    std::set<std::pair<Share, Key>> order_;
};

}  // namespace samovar::scheduler
