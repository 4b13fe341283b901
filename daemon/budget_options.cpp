#include "daemon/budget_options.hpp"

#include <charconv>

#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

std::optional<double> parse_share(std::string_view word) {
    double percent = 0;
    const auto [end, fault] =
        std::from_chars(word.data(), word.data() + word.size(), percent, std::chars_format::fixed);
    const bool all = fault == std::errc() && end + 1 == word.data() + word.size() && *end == '%';
    if (!all || !(percent > 0) || percent > 100) return std::nullopt;
    return percent / 100;
}

std::optional<Amount> read_amount(TomlReader& reader, std::string_view key) {
    if (!reader.has(key)) return std::nullopt;
    const std::string word = reader.text(key);
    if (word.ends_with('%')) {
        const std::optional<double> share = parse_share(word);
        if (!share) reader.fail(key, "\"" + word + "\" is no share: more than 0%, 100% at most");
        return Amount{0, *share};
    }
    const std::optional<std::uint64_t> bytes = ipc::parse_bytes(word);
    if (!bytes)
        reader.fail(key, "\"" + word + "\" is no amount such as \"8GiB\", \"512MiB\" or \"50%\"");
    return Amount{*bytes, 0};
}

bool is_device(std::string_view name) {
    if (name == "cpu") return true;
    if (!name.starts_with("cuda:")) return false;
    unsigned index = 0;
    const char* end = name.data() + name.size();
    const auto [stop, fault] = std::from_chars(name.data() + 5, end, index);
    return fault == std::errc() && stop == end && index < 64;
}

DeviceBudget read_device_budget(TomlReader& reader) {
    reader.allow({"budget", "leave_free"});
    DeviceBudget budget{read_amount(reader, "budget"), read_amount(reader, "leave_free")};
    if (budget.leave_free) budget.leave_free_at = reader.place("leave_free");
    reader.finish();
    return budget;
}

}  // namespace

BudgetOptions read_budgets(TomlReader& top) {
    BudgetOptions options;
    if (auto devices = top.table("device")) {
        for (const std::string& name : devices->keys()) {
            if (!is_device(name))
                devices->fail(name, "is no device: write [device.cpu] or [device.\"cuda:0\"]");
            auto reader = devices->table(name);
            options.devices[name] = read_device_budget(*reader);
        }
        devices->finish();
    }
    if (auto host = top.table("host")) {
        host->allow({"budget"});
        options.host = read_amount(*host, "budget");
        host->finish();
    }
    return options;
}

void check_reserve(const BudgetOptions& options, std::uint64_t total) {
    const auto cpu = options.devices.find("cpu");
    if (total == 0 || cpu == options.devices.end() || !cpu->second.leave_free) return;
    const std::uint64_t reserve = cpu->second.leave_free->of(total);
    if (reserve < total) return;
    throw TomlFault(cpu->second.leave_free_at + ": is " + ipc::bytes_in_words(reserve) +
                    ", and this machine has " + ipc::bytes_in_words(total) +
                    ": no model could ever be loaded; leave less free");
}

}  // namespace samovar::daemon
