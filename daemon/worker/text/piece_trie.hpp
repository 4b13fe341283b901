#pragma once
// The pieces of a vocabulary by their bytes. Constant after it is made: any thread may read it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace samovar::worker::text {

struct Piece {
    std::string text;
    std::int32_t id = 0;
};

class PieceTrie {
  public:
    using Node = std::uint32_t;
    static constexpr Node kRoot = 0;
    static constexpr Node kNone = UINT32_MAX;
    static constexpr std::int32_t kNoPiece = -1;

    // Of pieces with the same bytes the one with the highest id counts.
    explicit PieceTrie(std::vector<Piece> pieces);

    // The node one byte further, kNone where no piece goes on that way.
    Node child(Node node, char byte) const noexcept;
    // The piece that ends at the node, or kNoPiece.
    std::int32_t id(Node node) const noexcept { return ids_[node]; }
    // The node behind `text`, or kNone.
    Node walk(std::string_view text, Node from = kRoot) const noexcept;
    // The id of the piece `text`, or kNoPiece.
    std::int32_t find(std::string_view text) const noexcept;

  private:
    // Nodes by level, so that the children of one lie side by side, in the order of their bytes:
    // those of node n are [children_[n], children_[n + 1]).
    std::vector<char> bytes_;
    std::vector<std::int32_t> ids_;
    std::vector<std::uint32_t> children_;
};

}  // namespace samovar::worker::text
