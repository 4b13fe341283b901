#include "daemon/worker/text/grapheme.hpp"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "daemon/worker/text/code_points.hpp"
#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {
namespace {

// Of Unicode 16, which the ICU at hand need not know.
constexpr char32_t kNewPrepend = 0x113D1;

// What a code point is to the rules. `extend`, `linker`, `joiner` and `spacing` never begin a
// cluster by themselves.
enum class Role {
    other,
    control,
    carriage_return,
    line_feed,
    extend,
    linker,  // a virama that makes conjuncts (rule GB9c)
    joiner,  // U+200D
    spacing,
    prepend,
    hangul_l,
    hangul_v,
    hangul_t,
    hangul_lv,
    hangul_lvt,
    regional,
    pictographic,
    consonant,  // one that viramas join (rule GB9c)
};

bool makes_conjuncts(UChar32 c) {
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript(c, &status)) {
        case USCRIPT_BENGALI:
        case USCRIPT_DEVANAGARI:
        case USCRIPT_GUJARATI:
        case USCRIPT_MALAYALAM:
        case USCRIPT_ORIYA:
        case USCRIPT_TELUGU: return true;
        default: return false;
    }
}

Role attached_role(UChar32 c) {
    if (c == 0x200D) return Role::joiner;
    if (is_spacing(static_cast<char32_t>(c))) return Role::spacing;
    if (u_getIntPropertyValue(c, UCHAR_INDIC_SYLLABIC_CATEGORY) == U_INSC_VIRAMA &&
        makes_conjuncts(c))
        return Role::linker;
    return Role::extend;
}

Role role_of(char32_t code_point) {
    if (code_point < 0x7F) {
        if (code_point >= ' ') return Role::other;
        if (code_point == '\r') return Role::carriage_return;
        return code_point == '\n' ? Role::line_feed : Role::control;
    }
    const auto c = static_cast<UChar32>(code_point);
    if (is_attached(code_point)) return attached_role(c);
    if (code_point == kNewPrepend) return Role::prepend;
    switch (u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK)) {
        case U_GCB_CONTROL: return Role::control;
        case U_GCB_PREPEND: return Role::prepend;
        case U_GCB_L: return Role::hangul_l;
        case U_GCB_V: return Role::hangul_v;
        case U_GCB_T: return Role::hangul_t;
        case U_GCB_LV: return Role::hangul_lv;
        case U_GCB_LVT: return Role::hangul_lvt;
        case U_GCB_REGIONAL_INDICATOR: return Role::regional;
        default: break;
    }
    if (u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC)) return Role::pictographic;
    if (u_getIntPropertyValue(c, UCHAR_INDIC_SYLLABIC_CATEGORY) == U_INSC_CONSONANT &&
        makes_conjuncts(c))
        return Role::consonant;
    return Role::other;
}

bool is_control(Role role) {
    return role == Role::control || role == Role::carriage_return || role == Role::line_feed;
}

bool joins_hangul(Role before, Role after) {
    switch (after) {
        case Role::hangul_l:
        case Role::hangul_lv:
        case Role::hangul_lvt: return before == Role::hangul_l;
        case Role::hangul_v:
            return before == Role::hangul_l || before == Role::hangul_lv ||
                   before == Role::hangul_v;
        case Role::hangul_t:
            return before == Role::hangul_lv || before == Role::hangul_lvt ||
                   before == Role::hangul_v || before == Role::hangul_t;
        default: return false;
    }
}

// A cluster from its beginning on.
class Cluster {
  public:
    explicit Cluster(Role first) { follow(first); }

    // Whether the next code point belongs to it; takes it in where it does.
    bool takes(Role next) {
        if (!joins(next)) return false;
        follow(next);
        return true;
    }

  private:
    // Rules GB3 to GB999 in order.
    bool joins(Role next) const {
        if (last_ == Role::carriage_return && next == Role::line_feed) return true;
        if (is_control(last_) || is_control(next)) return false;
        if (joins_hangul(last_, next)) return true;
        switch (next) {
            case Role::extend:
            case Role::linker:
            case Role::joiner:
            case Role::spacing: return true;
            default: break;
        }
        if (last_ == Role::prepend) return true;
        if (next == Role::consonant) return linked_;
        if (next == Role::pictographic) return picture_joined_;
        return next == Role::regional && half_flag_;
    }

    void follow(Role next) {
        const bool extends = next == Role::extend || next == Role::linker;
        picture_joined_ = next == Role::joiner && picture_;
        picture_ = next == Role::pictographic || (extends && picture_);
        linked_ =
            (next == Role::linker && consonant_) || ((extends || next == Role::joiner) && linked_);
        consonant_ = next == Role::consonant || ((extends || next == Role::joiner) && consonant_);
        half_flag_ = next == Role::regional && !half_flag_;
        last_ = next;
    }

    Role last_ = Role::other;
    bool picture_ = false;         // a picture and what extends it
    bool picture_joined_ = false;  // the same, and a joiner
    bool consonant_ = false;       // a consonant and what extends it
    bool linked_ = false;          // the same, with a linker among it
    bool half_flag_ = false;       // an odd number of regional indicators
};

}  // namespace

std::size_t cluster_end(std::string_view text, std::size_t at) {
    const auto plain = [&](std::size_t i) { return text[i] >= ' ' && text[i] < 0x7F; };
    if (plain(at) && (at + 1 == text.size() || plain(at + 1))) return at + 1;
    Cluster cluster(role_of(next_code_point(text, at)));
    while (at < text.size()) {
        std::size_t behind = at;
        if (!cluster.takes(role_of(next_code_point(text, behind)))) break;
        at = behind;
    }
    return at;
}

}  // namespace samovar::worker::text
