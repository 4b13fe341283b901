// Each call of the system that the daemon and its worker make, in vain: once, or for a while.

#include <array>
#include <cstdio>

#include "tests/integration/faults/call_story.hpp"
#include "tests/support/daemon_under_test.hpp"
#include "tests/torture/campaign.hpp"

namespace samovar::torture {
namespace {

void tell(const std::string& of, const tests::StoryEnd& story) {
    for (const std::string& trouble : story.troubles)
        std::fprintf(stderr, "%s: %s\n", of.c_str(), trouble.c_str());
}

void run(const Settings& settings, Report& report) {
    tests::StoryPlan plan{.models = tests::made_model("add").parent_path(),
                          .slack = settings.slack};
    const tests::StoryEnd without = tests::tell_story(plan);
    tell("without a fault", without);
    const auto faults = tests::all_faults(without, settings.seed);
    plan.most_descriptors = without.descriptors;
    plan.leak = settings.planted("leak");
    plan.lie = settings.planted("wrong-answer");

    std::uint64_t failed = 0, refused = 0, not_started = 0, in_trouble = without.troubles.size();
    Pace pace(settings, kCalls);
    while (pace.next() && pace.done() < faults.size()) {
        plan.fault = faults[pace.done()];
        const tests::StoryEnd story = tests::tell_story(plan);
        failed += story.reached ? 1 : 0;
        refused += story.refused.size();
        not_started += story.refusal.empty() ? 0 : 1;
        in_trouble += story.troubles.empty() ? 0 : 1;
        tell(describe(*plan.fault), story);
    }
    report.did("stories told, of " + std::to_string(faults.size()) + " that there are",
               pace.done());
    report.did("in which the call came to fail", failed);
    report.did("requests refused in clear words", refused);
    report.did("starts refused in clear words", not_started);
    report.none("stories that did not end well", in_trouble);
}

constexpr std::array kPlants{
    Plant{"leak", "stories that did not end well"},
    Plant{"wrong-answer", "stories that did not end well"},
};

}  // namespace

const Campaign kCalls{"calls",
                      "system calls of the daemon and its worker that fail, one by one",
                      "stories told",
                      1'000,
                      2,
                      kPlants,
                      run};

}  // namespace samovar::torture
