#pragma once
#include <string>
#include <vector>

#include "client/cli/console.hpp"

namespace samovar::cli {

// Columns of text, as wide as their widest cell.
class Table {
  public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
    };
    struct Cell {
        Cell(std::string words) : text(std::move(words)) {}
        Cell(const char* words) : text(words) {}
        Cell(std::string words, Colour shade)
            : text(std::move(words)), colour(shade), plain(false) {}
        std::string text;
        Colour colour = Colour::bold;
        bool plain = true;  // without the colour
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    // As many cells as columns.
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
    bool empty() const noexcept { return rows_.empty(); }

    // With titles, for the stream that it will be printed to. No spaces at the ends of lines.
    std::string to_text(const Stream& stream) const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace samovar::cli
