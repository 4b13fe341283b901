#include "client/cli/metrics/exposition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace samovar::cli {
namespace {

// What is wrong with a line; caught before it leaves this file.
struct ExpositionFault {
    std::string what;
};

[[noreturn]] void wrong(std::string what) {
    throw ExpositionFault{std::move(what)};
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_metric_name(std::string_view name, bool colons) {
    if (name.empty() || !(is_letter(name.front()) || (colons && name.front() == ':'))) return false;
    return std::ranges::all_of(name, [colons](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || (colons && c == ':');
    });
}

double number_in(const std::string& text) {
    if (text == "+Inf") return HUGE_VAL;
    double value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size())
        wrong("\"" + text + "\" is no number");
    return value;
}

// Takes what is left of a line apart.
class LineReader {
  public:
    explicit LineReader(std::string_view line) : rest_(line) {}

    bool skip(std::string_view words) {
        if (!rest_.starts_with(words)) return false;
        rest_.remove_prefix(words.size());
        return true;
    }
    std::string until(std::string_view ends) {
        const std::size_t end = std::min(rest_.find_first_of(ends), rest_.size());
        std::string word(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return word;
    }
    std::string rest() { return std::string(std::exchange(rest_, {})); }

    // Behind its opening quote, and up to its closing one.
    std::string quoted() {
        std::string text;
        while (!rest_.empty() && rest_.front() != '"') {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '\\') {
                const char next = rest_.empty() ? ' ' : rest_.front();
                if (next != '\\' && next != '"' && next != 'n') wrong("an escape that is none");
                c = next == 'n' ? '\n' : next;
                rest_.remove_prefix(1);
            }
            text += c;
        }
        if (!skip("\"")) wrong("a label's value does not end");
        return text;
    }

  private:
    std::string_view rest_;
};

MetricSample sample_in(std::string_view line) {
    LineReader reader(line);
    MetricSample sample;
    sample.name = reader.until("{ ");
    if (!is_metric_name(sample.name, true)) wrong("\"" + sample.name + "\" is no metric's name");
    std::set<std::string> names;
    if (reader.skip("{")) do {
            const std::string name = reader.until("=");
            if (!is_metric_name(name, false)) wrong("\"" + name + "\" is no label's name");
            if (!names.insert(name).second) wrong("label " + name + " stands twice");
            if (!reader.skip("=\"")) wrong("label " + name + " has no value");
            sample.labels.emplace_back(name, reader.quoted());
        } while (reader.skip(","));
    if (!names.empty() && !reader.skip("}")) wrong("the labels do not end");
    if (!reader.skip(" ")) wrong("there is no value");
    sample.value = reader.rest();
    number_in(sample.value);
    return sample;
}

// Whether a sample of this name is of the family.
bool belongs(const std::string& name, const MetricFamily& family) {
    if (family.type == "histogram")
        return name == family.name + "_bucket" || name == family.name + "_sum" ||
               name == family.name + "_count";
    if (family.type == "summary")
        return name == family.name || name == family.name + "_sum" ||
               name == family.name + "_count";
    return name == family.name;
}

std::string series_of(const MetricSample& sample, bool with_le = true) {
    std::map<std::string, std::string> labels(sample.labels.begin(), sample.labels.end());
    if (!with_le) labels.erase("le");
    std::string series = with_le ? sample.name : "";
    for (const auto& [name, value] : labels)
        series += "\n" + name + "=" + value;
    return series;
}

// Buckets rise, with their bounds; the last is for all, and is what is counted.
void check_histogram(const MetricFamily& family) {
    struct Last {
        double bound = -HUGE_VAL, count = 0;
    };
    std::map<std::string, Last> buckets;
    for (const MetricSample& sample : family.samples) {
        Last& last = buckets[series_of(sample, false)];
        const double value = number_in(sample.value);
        if (sample.name.ends_with("_bucket")) {
            const auto le =
                std::ranges::find(sample.labels, "le", &std::pair<std::string, std::string>::first);
            if (le == sample.labels.end()) wrong(family.name + ": a bucket without its bound");
            const double bound = number_in(le->second);
            if (bound <= last.bound || value < last.count)
                wrong(family.name + ": its buckets do not rise");
            last = {bound, value};
        } else if (sample.name.ends_with("_count") &&
                   (last.bound != HUGE_VAL || value != last.count)) {
            wrong(family.name + ": its last bucket is not what it counts");
        }
    }
}

class ExpositionParser {
  public:
    std::vector<MetricFamily> families;

    void take(std::string_view line) {
        LineReader reader(line);
        if (reader.skip("# HELP ")) return begin(reader);
        if (reader.skip("# TYPE ")) return set_type(reader);
        if (line.starts_with("#") || line.empty()) wrong("neither help, nor type, nor a sample");
        MetricSample sample = sample_in(line);
        if (families.empty() || families.back().type.empty() ||
            !belongs(sample.name, families.back()))
            wrong(sample.name + " does not stand behind its type");
        if (!series_.insert(series_of(sample)).second) wrong(sample.name + ": a series twice");
        if (families.back().type == "counter" && number_in(sample.value) < 0)
            wrong(sample.name + ": a counter below 0");
        families.back().samples.push_back(std::move(sample));
    }
    void end_family() const {
        if (families.empty()) return;
        if (families.back().samples.empty()) wrong(families.back().name + " has no samples");
        if (families.back().type == "histogram") check_histogram(families.back());
    }

  private:
    void begin(LineReader& reader) {
        end_family();
        MetricFamily family;
        family.name = reader.until(" ");
        if (!is_metric_name(family.name, true) || !names_.insert(family.name).second)
            wrong("\"" + family.name + "\" is no metric's name, or comes twice");
        if (!reader.skip(" ")) wrong(family.name + " has no help");
        family.help = reader.rest();
        families.push_back(std::move(family));
    }
    void set_type(LineReader& reader) {
        static const std::set<std::string> kTypes{"counter", "gauge", "histogram", "summary"};
        if (families.empty() || !families.back().type.empty() ||
            reader.until(" ") != families.back().name || !reader.skip(" "))
            wrong("a type that does not stand behind its help");
        families.back().type = reader.rest();
        if (!kTypes.contains(families.back().type))
            wrong("\"" + families.back().type + "\" is no type");
    }

    std::set<std::string> names_, series_;
};

}  // namespace

Result<std::vector<MetricFamily>> parse_exposition(std::string_view text) {
    ExpositionParser parser;
    std::size_t number = 1;
    try {
        if (!text.empty() && !text.ends_with('\n')) wrong("the last line does not end");
        for (; !text.empty(); ++number) {
            const std::size_t end = text.find('\n');
            parser.take(text.substr(0, end));
            text.remove_prefix(end + 1);
        }
        parser.end_family();
    } catch (const ExpositionFault& fault) {
        return Error{Errc::invalid_argument,
                     fmt::format("metrics, line {}: {}", number, fault.what), "", 0, 0};
    }
    return std::move(parser.families);
}

namespace {

Json number_of(const std::string& text) {
    std::uint64_t whole = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (fault == std::errc() && end == text.data() + text.size()) return whole;
    const double value = number_in(text);
    return std::isfinite(value) ? Json(value) : Json();
}

}  // namespace

Json to_json(const std::vector<MetricFamily>& families) {
    Json list = Json::array();
    for (const MetricFamily& family : families) {
        Json samples = Json::array();
        for (const MetricSample& sample : family.samples) {
            Json labels = Json::object();
            for (const auto& [name, value] : sample.labels)
                labels[name] = value;
            samples.push_back({{"name", sample.name},
                               {"labels", std::move(labels)},
                               {"value", number_of(sample.value)}});
        }
        list.push_back({{"name", family.name},
                        {"type", family.type},
                        {"help", family.help},
                        {"samples", std::move(samples)}});
    }
    return list;
}

}  // namespace samovar::cli
