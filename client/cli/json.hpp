#pragma once
// What --json prints. Keys are stable: a later release adds some, and takes none away. Times are in
// microseconds with one decimal (`_us`), sizes in bytes.

#include <chrono>
#include <nlohmann/json.hpp>

#include <samovar/error.hpp>
#include <samovar/job.hpp>
#include <samovar/models.hpp>

namespace samovar::cli {

using Json = nlohmann::ordered_json;  // keys in the order in which they were set

double microseconds(std::chrono::nanoseconds time) noexcept;

// {"code", "message", "hint"}, and "needed" and "retry_after_ms" where they are not 0.
Json to_json(const Error& error);
// {"queued", "prepared", "inferred", "finished", "total"}
Json to_json(const Timings& timings);
// {"limit_bytes", "bytes", "results", "hits"}; null of a model that keeps none.
Json to_json(const CacheStatus& cache);
// {"name", "task", "device", "version", "residency", "description", "problem"}
Json to_json(const ModelSummary& model);
// {"was_hot", "code", "device", "weight_bytes", "mapped_weights", "threads", "total_us",
//  "in_force": {NAME: VALUE}, "phases": [{"name", "us", "bytes"}]}
Json to_json(const LoadReport& report);
// {"model", "outcome", "problem"}
Json to_json(const ReloadEntry& entry);

template <class Item>
Json to_json(const std::vector<Item>& items) {
    Json list = Json::array();
    for (const Item& item : items)
        list.push_back(to_json(item));
    return list;
}

// One document. What is no UTF-8 (a file's name) has its odd bytes replaced.
std::string to_text(const Json& json, bool indented);

}  // namespace samovar::cli
