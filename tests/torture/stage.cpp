#include "tests/torture/stage.hpp"

#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace samovar::torture {
namespace {

std::vector<std::string> with_callers(std::vector<std::string> models) {
    models.insert(models.end(), {"invert", "add"});
    return models;
}

// Where there is a GPU it is hidden: this is about processes.
tests::DaemonPlan plan_of(const Mark& mark, std::vector<std::string> arguments,
                          const std::vector<std::string>& models) {
    arguments.insert(arguments.end(), {"--log-level", "warning"});
    return {.models = models,
            .arguments = std::move(arguments),
            .environment = {mark.variable(), "CUDA_VISIBLE_DEVICES="}};
}

}  // namespace

Stage::Stage(std::vector<std::string> arguments, std::vector<std::string> models)
    : daemon(plan_of(mark, std::move(arguments), with_callers(models))),
      models_(with_callers(std::move(models))) {
    make_hot();
}

void Stage::make_hot() const {
    tests::TestClient client(daemon.socket());
    for (const std::string& model : models_)
        client.get<ipc::ModelLoaded>(ipc::LoadModel{model});
}

void Stage::let_others_in() const {
    namespace fs = std::filesystem;
    fs::permissions(daemon.folder(), fs::perms::others_exec, fs::perm_options::add);
    fs::permissions(daemon.socket(), fs::perms::all & ~fs::perms::others_exec);
}

std::string written(const tests::TemporaryFolder& folder, const std::string& config) {
    const std::filesystem::path file = folder.path() / "samovard.toml";
    std::ofstream(file) << config;
    return file;
}

std::uint64_t starts_until_ready(tests::DaemonUnderTest& daemon) {
    constexpr std::uint64_t kMost = 20;
    for (std::uint64_t tries = 1;; ++tries) {
        try {
            daemon.start();
            return tries;
        } catch (const std::runtime_error&) {
            if (tries == kMost) throw;
        }
    }
}

std::unique_ptr<Caller> squatter(const Stage& stage, const Settings& settings) {
    for (const char* fault : {"leak-descriptor", "leak-memory", "uncounted-job"})
        if (settings.planted(fault))
            return std::make_unique<Caller>(
                CallerPlan{.socket = stage.daemon.socket(), .plant = settings.plant});
    return nullptr;
}

Crowd::Crowd(const Stage& stage, std::size_t size, const Settings& settings, CallerPlan plan) {
    plan.socket = stage.daemon.socket();
    for (std::size_t i = 0; i < size; ++i) {
        plan.seed = settings.seed + 1 + i;
        plan.plant = i == 0 || settings.planted("slower") ? settings.plant : "";
        callers_.push_back(std::make_unique<Caller>(plan));
    }
}

void Crowd::leave(Report& report, std::initializer_list<Errc> expected) {
    for (const auto& caller : callers_)
        caller->book().leave = true;
    std::uint64_t stuck = 0, begun = 0, lost = 0, twice = 0, wrong = 0, other = 0, dumb = 0;
    for (const auto& caller : callers_) {
        stuck += caller->leave() ? 0 : 1;
        const Book& book = caller->book();
        begun += book.begun;
        lost += book.lost();
        twice += book.twice;
        wrong += book.wrong;
        other += book.refused_but(expected);
        dumb += book.dumb;
    }
    report.did("jobs of callers", begun);
    for (const Errc code : expected) {
        std::uint64_t count = 0;
        for (const auto& caller : callers_)
            count += caller->book().of(code);
        report.did("of these ended as " + std::string(to_string(code)), count);
    }
    report.none("callers that did not end", stuck);
    report.none("jobs lost", lost);
    report.none("jobs ended twice", twice);
    report.none("wrong answers", wrong);
    report.none("jobs that failed otherwise", other);
    for (const auto& caller : callers_)
        if (other > 0 && caller->book().fault[0] != 0)
            report.note(std::string("a caller was told: ") + caller->book().fault.data());
    report.none("errors without words", dumb);
}

}  // namespace samovar::torture
