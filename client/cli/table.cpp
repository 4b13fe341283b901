#include "client/cli/table.hpp"

#include <algorithm>

namespace samovar::cli {
namespace {

// Code points, which is as near to columns as a listing of names needs.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

}  // namespace

std::string Table::to_text(const Stream& stream) const {
    std::vector<std::vector<Cell>> lines(1);
    for (const Column& column : columns_)
        lines[0].emplace_back(column.title, Colour::dim);
    for (const auto& row : rows_) {
        lines.push_back(row);
        for (Cell& cell : lines.back())
            cell.text = printable(cell.text);
    }

    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const auto& line : lines)
        for (std::size_t i = 0; i < columns_.size(); ++i)
            widths[i] = std::max(widths[i], width_of(line[i].text));

    std::string text;
    for (const auto& line : lines) {
        std::string padding;  // is written only when something follows it
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const std::string gap(widths[i] - width_of(line[i].text), ' ');
            const bool right = columns_[i].align == Align::right;
            if (right) padding += gap;
            if (!line[i].text.empty()) {
                text += padding + (line[i].plain
                                       ? line[i].text
                                       : Console::paint(stream, line[i].colour, line[i].text));
                padding.clear();
            }
            padding += (right ? "" : gap) + "  ";
        }
        text += "\n";
    }
    return text;
}

}  // namespace samovar::cli
