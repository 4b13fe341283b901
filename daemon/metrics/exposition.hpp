#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/metrics/histogram.hpp"

namespace samovar::daemon {

// Writes metrics in Prometheus' text form, version 0.0.4
// (prometheus.io/docs/instrumenting/exposition_formats). A family that gets no sample leaves no
// trace.
class Exposition {
  public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    enum class Type { counter, gauge, histogram, summary };

    // What follows is of this family. Each family begins once, and has its samples together.
    void family(std::string_view name, Type type, std::string_view help);
    void count(Labels labels, std::uint64_t value);
    void value(Labels labels, double value);
    // Nanoseconds, as seconds.
    void seconds(Labels labels, std::uint64_t ns);
    void histogram(Labels labels, const Histogram& times);
    // A summary without quantiles: how many, and how long in all.
    void summary(Labels labels, std::uint64_t count, std::uint64_t sum_ns);

    std::string take() { return std::move(text_); }

  private:
    void line(std::string_view suffix, Labels labels, std::string_view value,
              std::pair<std::string_view, std::string_view> last = {});

    std::string text_, name_, heading_;
};

}  // namespace samovar::daemon
