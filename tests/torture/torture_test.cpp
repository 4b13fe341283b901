// Every campaign in its short form, and every fault that can be planted: found by the check that it
// is for.

#include <gmock/gmock.h>

#include "tests/support/process.hpp"
#include "tests/torture/campaign.hpp"

namespace samovar::torture {
namespace {

constexpr std::chrono::minutes kPatience{4};

// The lines of checks that failed, without what was seen.
std::vector<std::string> failed_checks(const std::string& output) {
    std::istringstream lines(output);
    std::vector<std::string> failed;
    for (std::string line; std::getline(lines, line);)
        if (line.ends_with("  FAILED")) failed.push_back(line.substr(0, line.find("  ")));
    return failed;
}

// A campaign, and the fault that it is run with; "" for none.
struct Case {
    const Campaign* campaign;
    Plant plant;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.campaign->name << (c.plant.name.empty() ? "" : " with ") << c.plant.name;
}

std::string name_of(const testing::TestParamInfo<Case>& of) {
    std::string name(of.param.campaign->name);
    if (!of.param.plant.name.empty()) name += "_" + std::string(of.param.plant.name);
    std::ranges::replace(name, '-', '_');
    return name;
}

std::vector<Case> all_campaigns() {
    std::vector<Case> all;
    for (const Campaign* campaign : campaigns())
        all.push_back({campaign, {}});
    return all;
}

std::vector<Case> all_plants() {
    std::vector<Case> all;
    for (const Campaign* campaign : campaigns())
        for (const Plant& plant : campaign->plants)
            all.push_back({campaign, plant});
    return all;
}

// On a machine that may be busy stated times are not what is tested, unless a plant is to break
// one.
tests::Ended run(const Case& c) {
    const tests::TemporaryFolder folder;
    tests::Process::Plan plan{
        .arguments = {SAMOVAR_TORTURE, std::string(c.campaign->name), "--count",
                      std::to_string(c.campaign->briefly), "--seed", "1"},
        .output = folder.path() / "output"};
    if (c.plant.name.empty())
        plan.arguments.insert(plan.arguments.end(), {"--slack", "20"});
    else
        plan.arguments.insert(plan.arguments.end(), {"--plant", std::string(c.plant.name)});
    return tests::run_to_end(plan, kPatience);
}

class Campaigns : public testing::TestWithParam<Case> {};

TEST_P(Campaigns, hold_in_their_short_form) {
    const tests::Ended ended = run(GetParam());
    EXPECT_EQ(ended.exit_status, 0) << ended.output;
}

class Plants : public testing::TestWithParam<Case> {};

TEST_P(Plants, are_found_by_their_check) {
    const tests::Ended ended = run(GetParam());
    EXPECT_EQ(ended.exit_status, 1) << ended.output;
    EXPECT_THAT(failed_checks(ended.output), testing::Contains(GetParam().plant.check))
        << ended.output;
}

INSTANTIATE_TEST_SUITE_P(All, Campaigns, testing::ValuesIn(all_campaigns()), name_of);
INSTANTIATE_TEST_SUITE_P(All, Plants, testing::ValuesIn(all_plants()), name_of);

TEST(Torture, refuses_a_campaign_and_a_plant_that_there_are_not) {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"nothing"}, {"clients", "--plant", "nothing"}, {"--nothing"}}) {
        const tests::TemporaryFolder folder;
        tests::Process::Plan plan{.arguments = {SAMOVAR_TORTURE}, .output = folder.path() / "o"};
        plan.arguments.insert(plan.arguments.end(), words.begin(), words.end());
        EXPECT_EQ(tests::run_to_end(plan).exit_status, 2);
    }
}

}  // namespace
}  // namespace samovar::torture
