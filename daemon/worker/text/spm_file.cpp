#include "daemon/worker/text/spm_file.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <unordered_set>

#include "daemon/worker/text/utf8.hpp"
#include "daemon/worker/text/vocabulary_file.hpp"

namespace samovar::worker::text {
namespace {

static_assert(std::endian::native == std::endian::little, "protobuf's fixed numbers are");

// Numbers of the fields in sentencepiece_model.proto.
constexpr std::uint32_t kModelPiece = 1, kModelTrainer = 2, kModelNormaliser = 3;
constexpr std::uint32_t kPieceText = 1, kPieceScore = 2, kPieceKind = 3;
constexpr std::uint32_t kTrainerType = 3, kTrainerByteFallback = 35, kTrainerUnknown = 40;
constexpr std::uint32_t kNormaliserCharsmap = 2;
constexpr std::uint64_t kUnigram = 1;

// One field of a protobuf message. A number is in `number`, anything else in `bytes`.
struct Field {
    std::uint32_t id = 0;
    std::uint64_t number = 0;
    std::string_view bytes;
};

// Takes one message apart, field by field.
class Fields {
  public:
    explicit Fields(std::string_view message) : rest_(message) {}

    // False at the end of the message and where it is malformed; broken() tells them apart.
    bool next(Field& field) {
        std::uint64_t key = 0;
        if (rest_.empty() || !varint(key)) return false;
        field = {static_cast<std::uint32_t>(key >> 3), 0, {}};
        std::uint64_t length = 0;
        switch (key & 7) {
            case 0: return varint(field.number);
            case 1: return take(8, field.bytes);
            case 2: return varint(length) && take(length, field.bytes);
            case 5: return take(4, field.bytes);
            default: return fail();  // groups, which nobody writes
        }
    }
    bool broken() const { return broken_; }

  private:
    bool fail() {
        broken_ = true;
        return false;
    }
    bool varint(std::uint64_t& number) {
        number = 0;
        for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            number |= std::uint64_t{byte & 0x7Fu} << shift;
            if (byte < 0x80) return true;
        }
        return fail();
    }
    bool take(std::uint64_t length, std::string_view& bytes) {
        if (length > rest_.size()) return fail();
        bytes = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return true;
    }

    std::string_view rest_;
    bool broken_ = false;
};

// What is wrong with the piece, or nothing.
std::string read_piece(std::string_view message, SpmPiece& piece) {
    Fields fields(message);
    std::uint64_t kind = 1;
    for (Field field; fields.next(field);) {
        if (field.id == kPieceText) piece.text = field.bytes;
        if (field.id == kPieceKind) kind = field.number;
        if (field.id == kPieceScore && field.bytes.size() == sizeof piece.score)
            std::memcpy(&piece.score, field.bytes.data(), sizeof piece.score);
    }
    if (fields.broken()) return "is malformed";
    if (kind < 1 || kind > 6) return "is of the unknown kind " + std::to_string(kind);
    piece.kind = static_cast<SpmKind>(kind);
    if (piece.text.empty()) return "is empty";
    std::string repaired;
    if (well_formed(piece.text, repaired) != piece.text) return "is not UTF-8";
    if (!std::isfinite(piece.score)) return "has a score that is no finite number";
    return "";
}

// What is wrong with the trainer's settings, or nothing.
std::string read_trainer(std::string_view message, SpmFile& file) {
    Fields fields(message);
    std::uint64_t unknown = 0;
    for (Field field; fields.next(field);) {
        if (field.id == kTrainerUnknown) unknown = field.number;
        if (field.id == kTrainerType && field.number != kUnigram)
            return "is no unigram model: of the kinds that SentencePiece trains only that is known";
        if (field.id == kTrainerByteFallback && field.number != 0)
            return "falls back to bytes for what it does not know, which is not done here";
    }
    if (fields.broken()) return "has settings of its trainer that are malformed";
    // A negative number, for none, is a large one here.
    file.unknown = unknown < INT32_MAX ? static_cast<std::int32_t>(unknown) : -1;
    return "";
}

std::string read_normaliser(std::string_view message, SpmFile& file) {
    Fields fields(message);
    for (Field field; fields.next(field);)
        if (field.id == kNormaliserCharsmap) file.charsmap = field.bytes;
    return fields.broken() ? "has settings of its normaliser that are malformed" : "";
}

}  // namespace

Result<SpmFile> parse_spm(std::string_view content, const std::string& name) {
    SpmFile file;
    Fields fields(content);
    std::unordered_set<std::string> texts;
    for (Field field; fields.next(field);) {
        std::string wrong;
        if (field.id == kModelPiece) {
            SpmPiece piece;
            wrong = read_piece(field.bytes, piece);
            if (wrong.empty() && !texts.insert(piece.text).second)
                wrong = "('" + piece.text + "') is there twice";
            if (!wrong.empty())
                wrong = "has a piece that cannot be used: number " +
                        std::to_string(file.pieces.size()) + " " + wrong;
            file.pieces.push_back(std::move(piece));
        }
        if (field.id == kModelTrainer) wrong = read_trainer(field.bytes, file);
        if (field.id == kModelNormaliser) wrong = read_normaliser(field.bytes, file);
        if (!wrong.empty()) return bad_vocabulary(name, wrong);
    }
    if (fields.broken() || file.pieces.empty())
        return bad_vocabulary(name, "is no SentencePiece model, or is cut short");
    // A model that is cut between two pieces lacks what names it, which stands behind them.
    const auto unknown = static_cast<std::size_t>(file.unknown);
    if (file.unknown < 0 || unknown >= file.pieces.size() ||
        file.pieces[unknown].kind != SpmKind::unknown)
        return bad_vocabulary(name, "names no piece for what it does not know");
    return file;
}

}  // namespace samovar::worker::text
