#include "daemon/models/residency_rules.hpp"
#include "daemon/models/toml_letters.hpp"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <type_traits>

#include <samovar/limits.hpp>

#include "scheduler/forecast/price.hpp"

namespace samovar::daemon {
namespace {

using std::chrono::milliseconds;

constexpr auto kLongestMs = static_cast<std::int64_t>(kMaxKeepAliveMs);
constexpr std::size_t kMostEntries = 64;
constexpr std::int64_t kShortestSelfWarmMs = 1000,
                       kLongestSelfWarmMs = std::int64_t{24} * 3'600'000;

// A duration, "0", or the word for none. The faults of other words name these two as well.
std::optional<scheduler::Duration> duration_or(TomlReader& reader, std::string_view key,
                                               const std::string& none,
                                               std::optional<scheduler::Duration> fallback) {
    if (!reader.has(key)) return fallback;
    try {
        const std::string word = reader.text(key);
        if (word == none) return std::nullopt;
        if (word == "0") return scheduler::Duration::zero();
        return milliseconds(reader.duration_ms(key, 0, kLongestMs));
    } catch (const TomlFault& fault) {
        throw TomlFault(std::string(fault.what()) + "; a time such as \"5m\" (30 days at most), " +
                        "\"0\" and \"" + none + "\" are allowed");
    }
}

const toml::array& list_at(TomlReader& reader, std::string_view key) {
    try {
        return *reader.array(key);
    } catch (const TomlFault&) {
        reader.fail(key, "must be a text or a list of texts");
    }
}

// One text or a list of them, each read by `parse`, whose errors become faults of their lines.
template <class Parse>
auto entries(TomlReader& reader, std::string_view key, Parse parse) {
    std::vector<std::invoke_result_t<Parse, const std::string&>> all;
    const auto take = [&](const toml::node* node, const std::string& text) {
        if (all.size() == kMostEntries)
            reader.fail(key, "has more than " + std::to_string(kMostEntries) + " entries");
        try {
            all.push_back(parse(text));
        } catch (const std::invalid_argument& fault) {
            if (node != nullptr) reader.fail_at(*node, key, fault.what());
            reader.fail(key, fault.what());
        }
    };
    if (!reader.has(key)) return all;
    if (reader.is_text(key)) {
        take(nullptr, reader.text(key));
        return all;
    }
    for (const toml::node& node : list_at(reader, key)) {
        if (!node.is_string()) reader.fail_at(node, key, "must hold texts");
        take(&node, from_plain_letters(node.as_string()->get()));
    }
    return all;
}

// A number, or "auto".
std::optional<double> read_price(TomlReader& reader) {
    if (!reader.has("price")) return std::nullopt;
    if (reader.is_text("price")) {
        if (reader.text("price") == "auto") return std::nullopt;
        reader.fail("price", R"(must be "auto" or a number of cold starts per idle minute)");
    }
    const double price = reader.number("price");
    if (!(price >= scheduler::kLeastGivenPrice && price <= scheduler::kMostGivenPrice))
        reader.fail("price", "must be from 0.000001 to 1000 cold starts per idle minute");
    return price;
}

void refuse_contradictions(const TomlReader& reader, const scheduler::ResidencyRules& rules) {
    const auto against = [&](bool stands, std::string_view key, const std::string& other) {
        if (stands) reader.fail(key, "contradicts " + other + ": remove one of the two");
    };
    if (rules.held) {
        against(rules.pinned, "pinned", "hold = true, which never loads it");
        against(rules.preload, "preload", "hold = true, which never loads it");
        against(!rules.hot.empty(), "hot", "hold = true, which never loads it");
        against(!rules.warm.empty(), "warm", "hold = true, which never loads it");
        against(rules.self_warm.has_value(), "self_warm", "hold = true, which never loads it");
        against(rules.forecast, "forecast", "hold = true, which never loads it");
    }
    if (rules.pinned) {
        against(!rules.release.empty(), "release", "pinned = true, which never lets it go");
        against(!rules.hot.empty(), "hot", "pinned = true, which is hot at all times");
    }
    if (reader.has("price") && !rules.forecast)
        reader.fail("price", "is the forecast's: add forecast = true, or remove it");
    if (rules.keep_alive == scheduler::Duration::zero()) {
        const std::string gone = "keep_alive = \"0\", which lets it go at once";
        against(rules.preload && !rules.pinned, "preload", gone);
        against(!rules.warm.empty() && !rules.pinned, "warm", gone);
        against(
            rules.self_warm.has_value() && rules.hot.empty() && !rules.pinned && !rules.forecast,
            "self_warm", gone);
    }
    if (!rules.pinned && rules.park_after == scheduler::Duration::zero()) {
        const std::string parked = "park_after = \"0\", which parks it at once";
        against(rules.preload, "preload", parked);
        against(!rules.warm.empty(), "warm", parked);
    }
    if (reader.has("park_after") && rules.park_after && rules.keep_alive)
        against(*rules.park_after > *rules.keep_alive, "park_after",
                "keep_alive, which ends before it");
}

scheduler::Zone find_machine_zone() {
    std::error_code fault;
    const std::string target = std::filesystem::read_symlink("/etc/localtime", fault).string();
    constexpr std::string_view kFolder = "zoneinfo/";
    const std::size_t at = target.find(kFolder);
    std::string name = at == target.npos ? "" : target.substr(at + kFolder.size());
    // Where /etc/localtime is a copy, another file has the name.
    if (name.empty()) std::getline(std::ifstream("/etc/timezone"), name);
    try {
        if (!name.empty()) return scheduler::Zone::find(name);
        if (!std::filesystem::exists("/etc/localtime", fault)) return scheduler::Zone::utc();
        spdlog::warn("nothing names the zone of /etc/localtime: times without a zone are UTC");
    } catch (const std::invalid_argument&) {
        spdlog::warn("the zone of this machine, {}, is not known: times without a zone are UTC",
                     name);
    }
    return scheduler::Zone::utc();
}

}  // namespace

scheduler::ResidencyRules read_residency(TomlReader& top, scheduler::Zone (*otherwise)()) {
    scheduler::ResidencyRules rules;
    auto reader = top.table("residency");
    if (!reader) return rules;
    reader->allow({"keep_alive", "park_after", "preload", "pinned", "hold", "hot", "warm",
                   "release", "forecast", "price", "self_warm"});
    rules.keep_alive = duration_or(*reader, "keep_alive", "forever", rules.keep_alive);
    if (!rules.keep_alive || *rules.keep_alive <= *rules.park_after) rules.park_after.reset();
    rules.park_after = duration_or(*reader, "park_after", "never", rules.park_after);
    rules.preload = reader->boolean("preload", false);
    rules.pinned = reader->boolean("pinned", false);
    rules.held = reader->boolean("hold", false);
    const auto cron = [&](const std::string& text) {
        return scheduler::Cron::parse(text, otherwise());
    };
    rules.hot = scheduler::Windows(entries(*reader, "hot", [&](const std::string& text) {
        return scheduler::Window::parse(text, otherwise());
    }));
    rules.warm = entries(*reader, "warm", cron);
    rules.release = entries(*reader, "release", cron);
    rules.forecast = reader->boolean("forecast", false);
    rules.price = read_price(*reader);
    if (reader->has("self_warm"))
        rules.self_warm =
            milliseconds(reader->duration_ms("self_warm", kShortestSelfWarmMs, kLongestSelfWarmMs));
    refuse_contradictions(*reader, rules);
    reader->finish();
    return rules;
}

scheduler::Zone machine_zone() {
    static const scheduler::Zone zone = find_machine_zone();
    return zone;
}

}  // namespace samovar::daemon
