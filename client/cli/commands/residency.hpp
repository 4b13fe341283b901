#pragma once
#include <samovar/models.hpp>

#include "client/cli/table.hpp"

namespace samovar::cli {

// A model's residency in a column of a table.
inline Table::Cell residency_cell(Residency residency) {
    std::string word(to_string(residency));
    switch (residency) {
        case Residency::hot: return {std::move(word), Colour::green};
        case Residency::failed: return {std::move(word), Colour::red};
        case Residency::cold: return {std::move(word), Colour::dim};
        default: return {std::move(word), Colour::yellow};
    }
}

}  // namespace samovar::cli
