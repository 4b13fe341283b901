#include "daemon/worker/text/piece_trie.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace samovar::worker::text {
namespace {

// The pieces [first, last) that share the bytes which lead to a node.
struct Shared {
    std::size_t first;
    std::size_t last;
    std::size_t depth;
};

}  // namespace

PieceTrie::PieceTrie(std::vector<Piece> pieces) {
    std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
        return a.text != b.text ? a.text < b.text : a.id < b.id;
    });
    std::vector<Shared> nodes{{0, pieces.size(), 0}};
    bytes_.push_back(0);
    for (std::size_t node = 0; node < nodes.size(); ++node) {
        auto [first, last, depth] = nodes[node];
        ids_.push_back(kNoPiece);
        for (; first < last && pieces[first].text.size() == depth; ++first)
            ids_.back() = pieces[first].id;
        children_.push_back(static_cast<std::uint32_t>(nodes.size()));
        while (first < last) {
            const char byte = pieces[first].text[depth];
            std::size_t end = first;
            while (end < last && pieces[end].text[depth] == byte)
                ++end;
            nodes.push_back({first, end, depth + 1});
            bytes_.push_back(byte);
            first = end;
        }
    }
    children_.push_back(static_cast<std::uint32_t>(nodes.size()));
}

PieceTrie::Node PieceTrie::child(Node node, char byte) const noexcept {
    const std::uint32_t first = children_[node];
    const std::uint32_t count = children_[node + 1] - first;
    if (count == 0) return kNone;
    const void* const found =
        std::memchr(bytes_.data() + first, static_cast<unsigned char>(byte), count);
    if (found == nullptr) return kNone;
    return static_cast<Node>(static_cast<const char*>(found) - bytes_.data());
}

PieceTrie::Node PieceTrie::walk(std::string_view text, Node from) const noexcept {
    for (std::size_t at = 0; at < text.size() && from != kNone; ++at)
        from = child(from, text[at]);
    return from;
}

std::int32_t PieceTrie::find(std::string_view text) const noexcept {
    const Node node = walk(text);
    return node == kNone ? kNoPiece : ids_[node];
}

}  // namespace samovar::worker::text
