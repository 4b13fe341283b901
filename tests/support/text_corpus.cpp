#include "tests/support/text_corpus.hpp"

#include <array>
#include <iterator>
#include <string_view>

namespace samovar::tests {
namespace {

using namespace std::string_view_literals;

constexpr char32_t kCodePoints = 0x110000;
constexpr char32_t kFirstSurrogate = 0xD800, kBehindSurrogates = 0xE000;
constexpr std::size_t kCodePointsToAText = 64;

void add(std::string& text, char32_t c) {
    const auto low = [c](unsigned shift) {
        return static_cast<char>(0x80 | ((c >> shift) & 0x3F));
    };
    if (c < 0x80)
        text += static_cast<char>(c);
    else if (c < 0x800)
        (text += static_cast<char>(0xC0 | (c >> 6))) += low(0);
    else if (c < 0x10000)
        ((text += static_cast<char>(0xE0 | (c >> 12))) += low(6)) += low(0);
    else
        (((text += static_cast<char>(0xF0 | (c >> 18))) += low(12)) += low(6)) += low(0);
}

// splitmix64: the numbers must be the same with every standard library.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint32_t below(std::uint32_t limit) {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32) % limit;
    }
    template <class List>
    const auto& one_of(const List& list) {
        return list[below(static_cast<std::uint32_t>(std::size(list)))];
    }

  private:
    std::uint64_t state_;
};

struct CodePointRange {
    char32_t first, last;
};

constexpr CodePointRange kScripts[] = {
    {'a', 'z'},         {'A', 'Z'},         {'a', 'z'},         {0xC0, 0x17F},
    {0x180, 0x24F},     {0x370, 0x3FF},     {0x400, 0x52F},     {0x531, 0x587},
    {0x5D0, 0x5EA},     {0x620, 0x6D3},     {0x710, 0x74F},     {0x780, 0x7B1},
    {0x904, 0x963},     {0x985, 0x9F1},     {0xA05, 0xA74},     {0xA85, 0xAF9},
    {0xB05, 0xB71},     {0xB83, 0xBD7},     {0xC05, 0xC63},     {0xC85, 0xCF2},
    {0xD05, 0xD7F},     {0xD85, 0xDF4},     {0xE01, 0xE5B},     {0xE81, 0xEDF},
    {0xF00, 0xFD4},     {0x1000, 0x109F},   {0x10A0, 0x10FF},   {0x1100, 0x11FF},
    {0x1200, 0x135A},   {0x13A0, 0x13FD},   {0x1401, 0x14FF},   {0x16A0, 0x16F8},
    {0x1780, 0x17F9},   {0x1820, 0x18AA},   {0x1B00, 0x1B7C},   {0x1C90, 0x1CBF},
    {0x1E00, 0x1EFF},   {0x1F00, 0x1FFE},   {0x2C00, 0x2C5F},   {0x2D30, 0x2D7F},
    {0x3041, 0x309F},   {0x30A0, 0x30FF},   {0x3105, 0x312F},   {0x3131, 0x318E},
    {0x3400, 0x34FF},   {0x4E00, 0x9FFF},   {0xA000, 0xA0FF},   {0xA720, 0xA7FF},
    {0xAB30, 0xAB6F},   {0xABC0, 0xABF9},   {0xAC00, 0xD7A3},   {0xD7B0, 0xD7FB},
    {0xF900, 0xFAD9},   {0x10400, 0x1044F}, {0x104B0, 0x104FB}, {0x10C80, 0x10CF2},
    {0x11000, 0x11075}, {0x11080, 0x110C2}, {0x11930, 0x11946}, {0x1D400, 0x1D7FF},
    {0x1E900, 0x1E95F}, {0x20000, 0x200FF}, {0x2B820, 0x2B93F}, {0x2F800, 0x2FA1D},
    {0x16EA0, 0x16ED3},
};
constexpr CodePointRange kMarks[] = {
    {0x300, 0x36F},     {0x300, 0x315},     {0x483, 0x489},     {0x591, 0x5C7},
    {0x610, 0x61A},     {0x64B, 0x670},     {0x93A, 0x94F},     {0x9BC, 0x9CD},
    {0xE31, 0xE4E},     {0x1734, 0x1734},   {0x1AB0, 0x1ACE},   {0x1DC0, 0x1DFF},
    {0x200C, 0x200D},   {0x20D0, 0x20F0},   {0x302A, 0x302F},   {0x3099, 0x309A},
    {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},   {0x1D165, 0x1D172}, {0x1E000, 0x1E02A},
    {0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF},
};
constexpr CodePointRange kCompatible[] = {
    {0xA0, 0xBF},       {0x132, 0x14A},     {0x1C4, 0x1CC},     {0x2B0, 0x2E4},
    {0x1D2C, 0x1D6A},   {0x2070, 0x209C},   {0x2100, 0x2189},   {0x2460, 0x24EA},
    {0x3200, 0x33FF},   {0xFB00, 0xFB4F},   {0xFB50, 0xFDFB},   {0xFE10, 0xFE6B},
    {0xFE70, 0xFEFC},   {0xFF01, 0xFFEE},   {0xFF65, 0xFF9F},   {0x10780, 0x107BA},
    {0x1D400, 0x1D7FF}, {0x1F100, 0x1F251}, {0x1FBF0, 0x1FBF9},
};
constexpr char32_t kSpaces[] = {
    ' ',    ' ',    '\t',   '\n',   '\r',   0xB,    0xC,    0x85,   0xA0,   0x1680, 0x180E,
    0x2000, 0x2003, 0x2007, 0x200A, 0x200B, 0x200C, 0x200D, 0x200E, 0x2028, 0x2029, 0x202F,
    0x205F, 0x2060, 0x3000, 0xFEFF, 0xFFFD, 0xAD,   0x34F,  0x61C,  0x115F, 0x17B4, 0x2581,
};
constexpr std::string_view kWords[] = {
    "the",
    "of",
    "and",
    "Samovar",
    "running",
    "unbelievably",
    "model",
    "tokens",
    "STRASSE",
    "Stra\u00DFe",
    "na\u00EFve",
    "caf\u00E9",
    "\u0130stanbul",
    "\u0131\u015F\u0131k",
    "I\u0307",
    "\u039F\u0394\u039F\u03A3",
    "\u041F\u0440\u0438\u0432\u0435\u0442",
    "\u0451\u0436\u0438\u043A",
    "\u4F60\u597D",
    "\u6771\u4EAC\u90FD",
    "\uC548\uB155",
    "\u3053\u3093\u306B\u3061\u306F",
    "\u0645\u0631\u062D\u0628\u0627",
    "\u05E9\u05DC\u05D5\u05DD",
    "\u0928\u092E\u0938\u094D\u0924\u0947",
    "\u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35",
    "Vi\u1EC7t Nam",
    "don't",
    "e-mail",
    "U.S.A.",
    "C++20",
    "#tag",
    "@who",
    "100%",
    "3.14",
    "1,000,000",
    "2026-11-21",
    "https://example.org/a?b=c&d=%20#e",
    "user@example.org",
    "...",
    "!?",
    "(a)",
    "\"q\"",
    "\u201Cq\u201D",
    "\u2014",
    "\u20AC5",
    "$5",
    "a_b",
    "x=y",
    "~",
    "`",
    "^",
    "|",
};
constexpr std::string_view kSpecials[] = {
    "[CLS]",
    "[SEP]",
    "[PAD]",
    "[UNK]",
    "[MASK]",
    "[sep]",
    "[[SEP]]",
    "[SEP",
    "SEP]",
    "[UNK][UNK]",
    " [MASK] ",
    "\uFF3BSEP\uFF3D",
    "\uFF3BUNK\uFF3D",
    "\uFF3BMASK\uFF3D",
    "<s>",
    "</s>",
    "<unk>",
    "##ing",
    "\u2581the",
    "\u2581\u2581",
    "[U\u0301NK]",
};
constexpr std::string_view kEmoji[] = {
    "\U0001F600",
    "\U0001F468\u200D\U0001F469\u200D\U0001F467",
    "\U0001F1E9\U0001F1EA\U0001F1EB",
    "1\uFE0F\u20E3",
    "\U0001F44D\U0001F3FD",
    "\u2764\uFE0F\u200D\U0001F525",
    "\u00A9\u200D\u00AE",
    "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
    "\u2122\uFE0F",
    "\u263A\u0301",
    "\u200D\u2122\u0301",
    "\U0001F600\u200D\u2122\u0301",
    "\u203C\uFE0F",
};
// A stray continuation, an overlong zero, a cut sequence, a surrogate, beyond U+10FFFF, bytes never
// used.
constexpr std::string_view kBroken[] = {
    "\x80"sv,
    "\xC0\x80"sv,
    "\xE2\x82"sv,
    "\xED\xA0\x80"sv,
    "\xED\xBF\xBF"sv,
    "\xF4\x90\x80\x80"sv,
    "\xF8\x88\x80\x80\x80"sv,
    "\xFF"sv,
    "\xF0\x9F\x98"sv,
    "\xE0\x80\x80"sv,
    "\xC3"sv,
    "\xF0\x80\x80\x80"sv,
};
constexpr std::string_view kWritten[] = {
    ""sv,
    " "sv,
    "\n"sv,
    "\0"sv,
    "a\0b"sv,
    "[CLS]"sv,
    "[SEP][SEP]"sv,
    " [SEP] "sv,
    "a[MASK]b"sv,
    "[UNK]"sv,
    "a [UNK] b"sv,
    "\uFEFFtext"sv,
    "  two  spaces  "sv,
    "\r\n"sv,
    "a\r\nb"sv,
    "\t\u0301a"sv,
    "a\u0301"sv,
    "A\u030A"sv,
    "\u212B"sv,
    "\u1E9B\u0323"sv,
    "q\u0307\u0323"sv,
    "\uFB01ne"sv,
    "\uFF76\uFF9E"sv,
    "\u30AB\u3099"sv,
    "\u00BD\u0308"sv,
    "\u1112\u1161\u11AB"sv,
    "\uD55C"sv,
    "\u0130"sv,
    "\u00DF\u1E9E"sv,
    "\u01C5"sv,
    "\uFDFA"sv,
    "\u2581"sv,
    "\u2581a \u2581 b"sv,
    "\u0915\u094D\u0958\u0301"sv,
    "\u0600\u00BD\u0301"sv,
    "\u0958\u0301"sv,
    "##a"sv,
    "\xED\xA0\x80"sv,
    "\xE2\x82"sv,
    "a\xFFz"sv,
    "\u3000wide\u3000"sv,
    "\u2028line"sv,
    "\u00ADsoft\u00AD"sv,
    "\U0001F1E9\U0001F1EA"sv,
    "x\u200Dy"sv,
};

void add_one(std::string& text, Dice& dice, const CodePointRange& range) {
    add(text, range.first + dice.below(range.last - range.first + 1));
}

void add_word(std::string& text, Dice& dice, std::uint32_t longest) {
    const CodePointRange& script = dice.one_of(kScripts);
    for (std::uint32_t left = 1 + dice.below(longest); left > 0; --left) {
        add_one(text, dice, script);
        if (dice.below(8) == 0) add_one(text, dice, dice.one_of(kMarks));
    }
}

void add_marked(std::string& text, Dice& dice) {
    add_one(text, dice, dice.below(2) == 0 ? dice.one_of(kScripts) : dice.one_of(kCompatible));
    for (std::uint32_t left = 1 + dice.below(3); left > 0; --left)
        add_one(text, dice, dice.one_of(kMarks));
}

void add_any(std::string& text, Dice& dice) {
    char32_t c = dice.below(4) == 0 ? dice.below(kCodePoints) : dice.below(0x30000);
    if (c >= kFirstSurrogate && c < kBehindSurrogates) c -= kFirstSurrogate;
    add(text, c);
}

void add_part(std::string& text, Dice& dice) {
    switch (dice.below(16)) {
        case 0:
        case 1:
        case 2:
        case 3: text += dice.one_of(kWords); break;
        case 4:
        case 5:
        case 6: add_word(text, dice, 12); break;
        case 7: add_marked(text, dice); break;
        case 8: add_one(text, dice, dice.one_of(kCompatible)); break;
        case 9:
            for (std::uint32_t left = 1 + dice.below(3); left > 0; --left)
                add(text, dice.one_of(kSpaces));
            break;
        case 10: text += dice.one_of(kSpecials); break;
        case 11: text += dice.one_of(kEmoji); break;
        case 12: add_any(text, dice); break;
        case 13: add(text, dice.below(0x20)); break;
        case 14:
            if (dice.below(4) == 0) text += dice.one_of(kBroken);
            break;
        default:
            if (dice.below(8) == 0) add_word(text, dice, 260);
            break;
    }
}

}  // namespace

std::size_t written_texts() {
    return std::size(kWritten);
}

std::string written_text(std::size_t index) {
    return std::string(kWritten[index]);
}

std::size_t code_point_texts() {
    return kCodePoints / kCodePointsToAText;
}

std::string code_point_text(std::size_t index) {
    std::string text;
    for (std::size_t i = 0; i < kCodePointsToAText; ++i) {
        const auto c = static_cast<char32_t>(index * kCodePointsToAText + i);
        if (c >= kFirstSurrogate && c < kBehindSurrogates) continue;
        for (const auto& [before, behind] : {std::pair{U""sv, U" "sv},
                                             {U"a"sv, U"b "sv},
                                             {U"A"sv, U"\u0301 "sv},
                                             {U"\u00BD"sv, U"\u00BD\u0323 "sv},
                                             {U"\u0301\u0334"sv, U"\u0334 "sv}}) {
            for (const char32_t b : before)
                add(text, b);
            add(text, c);
            for (const char32_t b : behind)
                add(text, b);
        }
    }
    return text;
}

std::string mixed_text(std::uint64_t index) {
    Dice dice(index);
    std::string text;
    for (std::uint32_t parts = 1 + dice.below(24); parts > 0; --parts) {
        add_part(text, dice);
        if (dice.below(3) != 0) text += ' ';
    }
    return text;
}

}  // namespace samovar::tests
