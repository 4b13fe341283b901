// Random walks of the budget in a world whose models come, work, go and fail as they like. What
// must hold stands in check(): a failure prints the seed and the step.

#include <gtest/gtest.h>

#include <random>

#include "scheduler/budget/budget.hpp"

namespace samovar::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kWalks = 200 / SAMOVAR_TEST_SHARE;
constexpr int kSteps = 500;
constexpr ModelId kModels = 12;
constexpr Bytes kLimit = 100;

struct BudgetWorld {
    struct Model {
        Bytes bytes = 0;
        Residency residency = Residency::cold;
        std::size_t jobs = 0;
        bool pinned = false, asked = false, granted = false;
        std::optional<Rung> told;
    };

    explicit BudgetWorld(std::uint64_t seed) : random(seed) {
        budget.add_device();
        budget.set_limit(0, kLimit, now);
        for (ModelId id = 0; id < kModels; ++id) {
            Model& model = models.emplace_back();
            model.bytes = 5 + pick(60);
            model.pinned = pick(8) == 0;
            budget.add(id, 0, models[id].bytes);
            budget.set_pinned(id, models[id].pinned, now);
        }
    }

    Bytes pick(Bytes count) { return std::uniform_int_distribution<Bytes>(0, count - 1)(random); }

    static bool holds(const Model& model) {
        return model.granted || model.residency == Residency::hot || !is_at_rest(model.residency);
    }
    Bytes held() const {
        Bytes sum = 0;
        for (const Model& model : models)
            if (holds(model)) sum += model.bytes;
        return sum;
    }
    Bytes pinned_beside(ModelId but) const {
        Bytes sum = 0;
        for (ModelId id = 0; id < kModels; ++id)
            if (id != but && models[id].pinned && holds(models[id])) sum += models[id].bytes;
        return sum;
    }

    void move(ModelId id, Residency residency) {
        models[id].residency = residency;
        budget.moved(id, residency, now);
    }

    void act(const Displace& a) {
        Model& model = models[a.model];
        if (model.pinned) wrong = "a pinned model was displaced";
        if (model.jobs > 0) wrong = "a busy model was displaced";
        if (model.residency != Residency::hot) wrong = "a model was displaced that is not hot";
        if (model.told) wrong = "a model was displaced twice";
        model.told = a.to;
    }
    void act(const RoomMade& a) {
        Model& model = models[a.model];
        if (!model.asked) wrong = "room for a model that did not ask";
        model.asked = false;
        model.granted = true;
        if (held() > limit) wrong = "a grant beyond the limit";
    }
    void act(const NoRoom& a) {
        Model& model = models[a.model];
        if (!model.asked) wrong = "a refusal of a model that did not ask";
        if (a.shortage.pinned != pinned_beside(a.model)) wrong = "a wrong sum of what is pinned";
        if (a.shortage.wanted != model.bytes) wrong = "a wrong size";
        model.asked = false;
    }
    void act(const Restore& a) {
        if (models[a.model].residency == Residency::hot) wrong = "a hot model was restored";
        if (held() + models[a.model].bytes > limit) wrong = "a model without room was restored";
    }
    void carry_out() {
        for (auto actions = budget.take(); !actions.empty(); actions = budget.take())
            for (const BudgetAction& action : actions)
                std::visit([this](const auto& what) { act(what); }, action);
        if (budget.held(0) != held()) wrong = "the account is not what is held";
    }

    // What is under way goes on.
    void progress(ModelId id) {
        Model& model = models[id];
        switch (model.residency) {
            case Residency::loading:
            case Residency::waking:
                return move(id, pick(5) == 0 ? Residency::failed : Residency::hot);
            case Residency::parking: return move(id, Residency::parked);
            case Residency::unloading: return move(id, Residency::cold);
            case Residency::hot:
                if (model.told && model.jobs == 0) {
                    const Rung to = *std::exchange(model.told, std::nullopt);
                    move(id, to == Rung::parked ? Residency::parking : Residency::unloading);
                }
                return;
            default:
                if (!std::exchange(model.granted, false)) return;
                if (pick(6) == 0) return budget.forgo(id, now);
                move(id,
                     model.residency == Residency::parked ? Residency::waking : Residency::loading);
        }
    }

    void step() {
        const auto id = static_cast<ModelId>(pick(kModels));
        Model& model = models[id];
        now += std::chrono::milliseconds(pick(3000));
        switch (pick(8)) {
            case 0:
            case 1:
                if (is_at_rest(model.residency) && model.residency != Residency::hot &&
                    !model.asked && !model.granted) {
                    model.asked = true;
                    budget.ask(id, pick(4) > 0, now);
                }
                break;
            case 2:
                if (model.residency == Residency::hot && !model.told) {
                    ++model.jobs;
                    budget.job_came(id, now);
                }
                break;
            case 3:
                if (model.jobs > 0) {
                    --model.jobs;
                    budget.job_ended(id, now);
                }
                break;
            case 4:
                if (pick(20) == 0) {
                    limit = 40 + pick(100);
                    budget.set_limit(0, limit, now);
                }
                break;
            case 5: budget.tick(now); break;
            default: progress(id);
        }
        carry_out();
    }

    std::mt19937_64 random;
    Time now = Time{} + 1h;
    Bytes limit = kLimit;
    Budget budget;
    std::vector<Model> models;
    std::string wrong;
};

TEST(BudgetWalk, never_goes_beyond_its_limit_nor_takes_what_is_pinned_beside) {
    for (std::uint64_t seed = 1; seed <= kWalks; ++seed) {
        BudgetWorld world(seed);
        for (int i = 0; i < kSteps && world.wrong.empty(); ++i)
            world.step();
        ASSERT_EQ(world.wrong, "") << "with seed " << seed;
    }
}

// In the end everybody who asked has an answer.
TEST(BudgetWalk, leaves_no_load_without_an_answer) {
    for (std::uint64_t seed = 1; seed <= kWalks; ++seed) {
        BudgetWorld world(seed);
        for (int i = 0; i < kSteps; ++i)
            world.step();
        for (int i = 0; i < 20; ++i) {
            for (ModelId id = 0; id < kModels; ++id)
                world.progress(id);
            world.now += Budget::kPatience;
            world.budget.tick(world.now);
            world.carry_out();
        }
        for (const BudgetWorld::Model& model : world.models)
            EXPECT_FALSE(model.asked) << "with seed " << seed;
        EXPECT_EQ(world.budget.next_tick(), std::nullopt) << "with seed " << seed;
    }
}

}  // namespace
}  // namespace samovar::scheduler
