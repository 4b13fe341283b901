#include "client/cli/top/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "client/cli/commands/model_rows.hpp"

namespace samovar::cli {
namespace {

// At most `columns` code points of a line; sequences of colours have no width.
std::string cut_line(std::string_view line, std::size_t columns) {
    std::size_t width = 0;
    bool in_sequence = false, painted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '\x1b') in_sequence = painted = true;
        if (in_sequence) {
            in_sequence = c != 'm';
            continue;
        }
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++width > columns)
            return std::string(line.substr(0, i)) + (painted ? "\x1b[0m" : "");
    }
    return std::string(line);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

constexpr const char* kHelp =
    "up/down choose  s sort  r reverse  a all  l load  p park  u unload  q leave";

}  // namespace

Key take_key(std::string& typed) {
    struct Binding {
        std::string_view bytes;
        Key key;
    };
    // Terminals send arrows in one of two ways. Ctrl-C is a byte like any other here.
    static constexpr std::array kBindings{
        Binding{"\x1b[A", Key::up},   Binding{"\x1bOA", Key::up}, Binding{"\x1b[B", Key::down},
        Binding{"\x1bOB", Key::down}, Binding{"k", Key::up},      Binding{"j", Key::down},
        Binding{"s", Key::sort},      Binding{"r", Key::reverse}, Binding{"a", Key::all},
        Binding{"l", Key::load},      Binding{"p", Key::park},    Binding{"u", Key::unload},
        Binding{"q", Key::quit},      Binding{"\x03", Key::quit}, Binding{"\x04", Key::quit}};
    for (const Binding& binding : kBindings)
        if (typed.starts_with(binding.bytes)) {
            typed.erase(0, binding.bytes.size());
            return binding.key;
        }
    // Of a sequence that is no key here none of its letters is one, either.
    if (typed.starts_with("\x1b[") || typed.starts_with("\x1bO")) {
        const auto ends = [](char c) { return c >= '@' && c <= '~'; };
        const auto end = std::find_if(typed.begin() + 2, typed.end(), ends);
        typed.erase(typed.begin(), end == typed.end() ? end : end + 1);
    } else {
        typed.erase(0, 1);
    }
    return Key::none;
}

// ---- Rows ---------------------------------------------------------------------------------------

const char* TopView::name_of(Order order) {
    switch (order) {
        case Order::name: return "name";
        case Order::state: return "state";
        case Order::bytes: return "bytes";
        case Order::uses: return "uses";
        case Order::cold_starts: return "cold starts";
        case Order::last_use: return "last use";
    }
    return "";
}

void TopView::take(DaemonStatus status) {
    status_ = std::move(status);
    sort();
}

// The largest first where it is a number, and by name what is equal.
void TopView::sort() {
    const auto rank = [this](const ModelStatus& model) -> std::uint64_t {
        switch (order_) {
            case Order::name: return 0;
            case Order::state:
                return model.residency == Residency::hot    ? 0
                       : model.residency == Residency::cold ? 2
                                                            : 1;
            case Order::bytes: return ~(model.device_bytes + model.host_bytes);
            case Order::uses: return ~model.uses;
            case Order::cold_starts: return ~model.cold_starts;
            case Order::last_use:
                return model.uses == 0 ? ~std::uint64_t{0}
                                       : static_cast<std::uint64_t>(model.idle.count());
        }
        return 0;
    };
    auto& models = status_.models;
    std::sort(models.begin(), models.end(), [&](const ModelStatus& a, const ModelStatus& b) {
        return rank(a) != rank(b) ? rank(a) < rank(b) : a.name < b.name;
    });
    if (reversed_) std::reverse(models.begin(), models.end());
}

// The row of the model that was chosen, or the first where it is gone.
std::size_t TopView::chosen() const {
    const auto& models = status_.models;
    const auto found = std::find_if(models.begin(), models.end(), [this](const ModelStatus& model) {
        return model.name == chosen_;
    });
    return found == models.end() ? 0 : static_cast<std::size_t>(found - models.begin());
}

std::optional<Wanted> TopView::press(Key key) {
    const auto& models = status_.models;
    const std::size_t row = chosen();
    const auto wanted = [&](Wish wish) -> std::optional<Wanted> {
        if (models.empty()) return std::nullopt;
        return Wanted{models[row].name, wish};
    };
    switch (key) {
        case Key::up:
            if (row > 0) chosen_ = models[row - 1].name;
            break;
        case Key::down:
            if (row + 1 < models.size()) chosen_ = models[row + 1].name;
            break;
        case Key::sort:
            order_ = static_cast<Order>((static_cast<int>(order_) + 1) % kOrders);
            sort();
            break;
        case Key::reverse:
            reversed_ = !reversed_;
            sort();
            break;
        case Key::all: all_ = !all_; break;
        case Key::load: return wanted(Wish::load);
        case Key::park: return wanted(Wish::park);
        case Key::unload: return wanted(Wish::unload);
        case Key::quit:
        case Key::none: break;
    }
    return std::nullopt;
}

// ---- The screen ---------------------------------------------------------------------------------

std::string TopView::draw(ScreenSize size, const Stream& stream) const {
    std::vector<std::string> lines = lines_of(daemon_in_words(status_));
    for (std::string& line : lines_of(devices_in_words(status_, stream)))
        lines.push_back(std::move(line));
    lines.push_back(fmt::format("by {}{}, {}", name_of(order_), reversed_ ? ", reversed" : "",
                                all_ ? "all models" : "those that are loaded"));
    lines.emplace_back();
    const std::size_t around = lines.size() + 3;  // and the titles, the message, the keys
    const std::size_t room = size.rows > around ? size.rows - around : 0;
    const std::size_t row = chosen();
    const std::size_t first = row < room ? 0 : row - room + 1;
    std::vector<std::string> rows = lines_of(table_of(status_.models).to_text(stream));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool titles = i == 0;
        if (!titles && (i - 1 < first || i - 1 >= first + room)) continue;
        lines.push_back((!titles && i - 1 == row ? "> " : "  ") + rows[i]);
    }
    if (status_.models.empty()) lines.back() = "No model is loaded.";
    lines.push_back(printable(message_));
    lines.push_back(Console::paint(stream, Colour::dim, kHelp));
    std::string text;
    for (std::size_t i = 0; i < std::min(lines.size(), size.rows); ++i)
        text += (i == 0 ? "" : "\n") + cut_line(lines[i], size.columns);
    return text;
}

}  // namespace samovar::cli
