#include <fmt/format.h>

#include <memory>

#include <samovar/limits.hpp>

#include "client/cli/bench/generator.hpp"
#include "client/cli/bench/report.hpp"
#include "client/cli/bench/sweep.hpp"
#include "client/cli/commands/all.hpp"
#include "client/cli/files.hpp"
#include "client/cli/held_signals.hpp"
#include "client/cli/number_in.hpp"
#include "client/cli/run/options.hpp"
#include "client/cli/run/texts.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace bench_command {
namespace {

using std::chrono::milliseconds;

// As `samovar run` holds: an eighth of a user's quota.
constexpr std::uint64_t kSlotBudget = 512u << 20;
constexpr const char* kUsualCallers = "1..32";

struct Given {
    RunRequest request;
    std::vector<std::string> params, inputs, sizes;
    std::string concurrency, rate, percentile = "99", slo, priority, deadline, csv, plot,
                                   seed = "1";
    milliseconds duration{5000}, warm_up{1000};
    double timeout_s = 60;
};

// The command line, understood.
struct Plan {
    RunRequest request;
    Sizes sizes;
    Levels levels;
    bool open = false;
    double percentile = 99;
    std::optional<std::chrono::nanoseconds> objective;
    milliseconds warm_up{}, measured{}, patience{};
    std::uint64_t seed = 1;
    std::string csv, plot;
};

Result<void> take_sizes(const std::vector<std::string>& words, Sizes& sizes) {
    std::vector<std::pair<std::string, std::string>> pairs;
    if (Result<void> fine = take_pairs(words, "--size", "height=1080", pairs); !fine) return fine;
    for (const auto& [name, value] : pairs) {
        const auto size = number_in<std::uint64_t>(value);
        if (!size)
            return usage_error(fmt::format("--size {}={} is no whole number", name, value),
                               "for example --size height=1080");
        sizes[name] = *size;
    }
    return {};
}

// Milliseconds, or with a unit: 20, 2.5, 20ms, 1s.
Result<void> take_objective(const std::string& word, Plan& plan) {
    if (word.empty()) return {};
    const auto plain = number_in<double>(word);
    const auto length = ipc::parse_duration(word);
    const double ms = plain ? *plain : length ? static_cast<double>(length->count()) : 0;
    if (!(ms > 0 && ms <= 86'400'000))
        return usage_error(fmt::format("--slo {} is no time up to a day", word),
                           "write milliseconds, 20 or 2.5, or 1s");
    plan.objective = std::chrono::nanoseconds(static_cast<std::int64_t>(ms * 1e6));
    return {};
}

Result<void> take_percentile(const std::string& word, Plan& plan) {
    const auto percentile = number_in<double>(word);
    if (!percentile || !(*percentile > 0 && *percentile < 100))
        return usage_error(fmt::format("--percentile {} is not between 0 and 100", word),
                           "write 99 or 99.9");
    plan.percentile = *percentile;
    return {};
}

Result<void> take_levels(const Given& given, Plan& plan) {
    if (!given.concurrency.empty() && !given.rate.empty())
        return usage_error("both --concurrency and --rate are given",
                           "callers that wait for their answer, or calls that come whatever "
                           "became of others: give one of the two");
    plan.open = !given.rate.empty();
    const std::string& callers = given.concurrency.empty() ? kUsualCallers : given.concurrency;
    Result<Levels> levels = plan.open ? parse_levels(given.rate, "--rate", false)
                                      : parse_levels(callers, "--concurrency", true);
    if (!levels) return levels.error();
    plan.levels = *std::move(levels);
    return {};
}

Result<Plan> plan_of(const Given& given) {
    Plan plan;
    plan.request = given.request;
    RunRequest& request = plan.request;
    Result<void> fine = take_pairs(given.params, "--param", "output=alpha", request.params);
    if (fine) fine = take_pairs(given.inputs, "--input", "x=[1,2,3]", request.inputs);
    if (fine) fine = take_priority(given.priority, request);
    if (fine) fine = take_deadline(given.deadline, request);
    if (fine) fine = take_sizes(given.sizes, plan.sizes);
    if (fine) fine = take_objective(given.slo, plan);
    if (fine) fine = take_percentile(given.percentile, plan);
    if (fine) fine = take_levels(given, plan);
    if (!fine) return fine.error();
    const auto seed = number_in<std::uint64_t>(given.seed);
    if (!seed) return usage_error(fmt::format("--seed {} is no whole number", given.seed));
    if (!given.plot.empty() && !can_draw(given.plot))
        return usage_error(fmt::format("--plot {} is no .svg and no .png", given.plot),
                           "name a file that ends with one of them");
    plan.seed = *seed;
    plan.warm_up = given.warm_up;
    plan.measured = given.duration;
    plan.patience = milliseconds(static_cast<std::int64_t>(given.timeout_s * 1000));
    plan.csv = given.csv;
    plan.plot = given.plot;
    return plan;
}

// Goes through the levels; what it has measured stays where a later one fails.
class Bench {
  public:
    Bench(Console& console, Client& client, const Plan& plan, Workload& workload,
          const std::vector<Timings>& trials)
        : console_(console),
          client_(client),
          plan_(plan),
          generator_(client, workload, signals_.fd(), kSlotBudget) {
        report_.model = plan.request.model;
        report_.open = plan.open;
        report_.percentile = plan.percentile;
        report_.objective = plan.objective;
        report_.warm_up = plan.warm_up;
        report_.measured = plan.measured;
        for (const Timings& timings : trials)
            learn(Call{{}, {}, Call::End::done, timings});
    }

    Result<void> run() {
        Sweep sweep(plan_.levels, !plan_.open);
        while (const std::optional<double> level = sweep.next()) {
            console_.status(fmt::format("{}: {:g} {}", plan_.request.model, *level,
                                        plan_.open ? "calls/s" : "callers"));
            Result<LevelReport> measured = measure(*level);
            if (!measured) return measured.error();
            sweep.tell(measured->held);
            report_.levels.push_back(*std::move(measured));
            if (plan_.objective) report_.best = sweep.best();
        }
        return {};
    }

    const BenchReport& report() const { return report_; }
    const std::optional<Error>& first_fault() const { return generator_.first_fault(); }

  private:
    Result<LevelReport> measure(double level) {
        const Result<ModelInfo> before = client_.info(plan_.request.model);
        if (!before) return before.error();
        const auto length = plan_.warm_up + plan_.measured;
        const Result<std::vector<Call>> calls =
            plan_.open ? generator_.open(Arrivals(level, plan_.seed), length, plan_.patience)
                       : generator_.closed(static_cast<std::size_t>(level), length, plan_.patience);
        if (!calls) return calls.error();
        const Result<ModelInfo> after = client_.info(plan_.request.model);
        if (!after) return after.error();
        for (const Call& call : *calls)
            learn(call);
        LevelReport made = report_of(*calls, {plan_.warm_up, plan_.measured, plan_.percentile,
                                              plan_.objective, least_hand_over_});
        made.level = level;
        const std::uint64_t batches = after->batches - before->batches;
        if (after->batch_rows > 0 && batches > 0)
            made.jobs_a_batch = static_cast<double>(after->jobs_done - before->jobs_done) /
                                static_cast<double>(batches);
        if (made.calls > 0 && made.failed == made.calls) return *generator_.first_fault();
        return made;
    }

    void learn(const Call& call) {
        if (call.end == Call::End::done)
            least_hand_over_ = std::min(least_hand_over_, hand_over_of(call));
    }

    Console& console_;
    Client& client_;
    const Plan& plan_;
    HeldSignals signals_;
    Generator generator_;
    std::chrono::nanoseconds least_hand_over_ = std::chrono::nanoseconds::max();
    BenchReport report_;
};

Result<void> write(const BenchReport& report, const Plan& plan, Console& console) {
    if (plan.csv == "-") console.print(to_csv(report));
    if (!plan.csv.empty() && plan.csv != "-") {
        const std::string text = to_csv(report);
        if (Result<void> written = write_file(plan.csv, std::as_bytes(std::span(text))); !written)
            return written;
    }
    return plan.plot.empty() ? Result<void>() : draw(chart_of(report), plan.plot);
}

int tell(const Invocation& invocation, const Bench& bench, const Plan& plan) {
    Console& console = invocation.console;
    const BenchReport& report = bench.report();
    console.clear_status();
    if (console.json)
        console.print_document(to_json(report));
    else if (plan.csv != "-")
        console.print(to_lines(report, console.out()));
    if (Result<void> written = write(report, plan, console); !written)
        return invocation.refuse(written.error());
    if (const std::string words = verdict(report); !words.empty()) console.note(words);
    if (bench.first_fault()) console.complain(*bench.first_fault(), "the first that failed");
    return plan.objective && !report.best ? kFailed : kDone;
}

Result<void> check_callers(const Plan& plan, const Client& client, const Workload& workload) {
    if (plan.open) return {};
    const auto most = static_cast<std::uint64_t>(plan.levels.values.back());
    if (most > client.daemon().jobs)
        return usage_error(fmt::format("--concurrency: {} callers are more than the {} jobs that a "
                                       "session may have",
                                       most, client.daemon().jobs),
                           "give fewer");
    if (most * workload.slot_bytes() > kSlotBudget)
        return usage_error(
            fmt::format("--concurrency: {} callers with {} each hold more than {}", most,
                        bytes_in_words(workload.slot_bytes()), bytes_in_words(kSlotBudget)),
            "give fewer, or smaller inputs");
    return {};
}

int run(const Invocation& invocation, const Given& given) {
    Result<Plan> plan = plan_of(given);
    if (!plan) return invocation.refuse(plan.error());
    if (plan->csv == "-" && invocation.console.json)
        return invocation.refuse(
            usage_error("both --json and --csv - ask for standard output", "name a file"));
    Result<Client> client = invocation.connect();
    if (!client) return invocation.fail(client.error());
    const Result<ModelInfo> model = client->info(plan->request.model);
    if (!model) return invocation.fail(model.error());
    Result<std::vector<Payload>> payloads =
        payloads_of(plan->request, *model, plan->sizes, *client);
    if (!payloads) return invocation.refuse(payloads.error());
    Workload workload(*client, plan->request, *model, *std::move(payloads));
    Console& console = invocation.console;
    const auto trials = workload.try_out(plan->patience, [&console](const Progress& progress) {
        console.status("loading, " + progress_in_words(progress));
    });
    if (!trials) return invocation.fail(trials.error());
    if (Result<void> fine = check_callers(*plan, *client, workload); !fine)
        return invocation.refuse(fine.error());
    Bench bench(console, *client, *plan, workload, *trials);
    const Result<void> done = bench.run();
    if (done) return tell(invocation, bench, *plan);
    // One document: with --json the error stands alone.
    if (!console.json && !bench.report().levels.empty()) tell(invocation, bench, *plan);
    return invocation.fail(done.error());
}

Action declare(Arguments& app) {
    const auto given = std::make_shared<Given>();
    app.word("MODEL", given->request.model, "The model's name");
    app.words("FILE", given->request.files, "What calls bring by turns, as in `samovar run`");
    app.option("--concurrency", "RANGE", given->concurrency,
               "Callers that wait for their answers (1..32)");
    app.option("--rate", "RANGE", given->rate, "Calls a second that come whether or not, instead");
    app.length("--duration", given->duration, "Measured at each level (5s)");
    app.length("--warm-up", given->warm_up, "Before that, and not counted (1s)");
    app.option("--percentile", "PERCENT", given->percentile, "Of the latency (99)");
    app.option("--slo", "MS", given->slo, "What the percentile may be; ends the sweep");
    app.option("--csv", "FILE", given->csv, "Write the figures; - is standard output");
    app.option("--plot", "FILE.svg|FILE.png", given->plot, "Draw latency over throughput");
    app.repeated("--input", "NAME=FILE|NAME=[1,2]", given->inputs, "An input by name");
    app.repeated("--text", "TEXT", given->request.texts, "A text of each call");
    app.repeated("--size", "NAME=NUMBER", given->sizes, "A size of the inputs that are made up");
    app.repeated("--param", "NAME=VALUE", given->params, "A parameter of the job");
    app.option("--priority", "interactive|normal|background", given->priority,
               "As in `samovar run`");
    app.option("--deadline", "TIME", given->deadline, "As in `samovar run`, of each call");
    app.option("--seed", "NUMBER", given->seed, "Of the times at which --rate calls (1)");
    app.seconds("--timeout", given->timeout_s, "Longest that an answer may take (60)");
    return [given](const Invocation& invocation) { return run(invocation, *given); };
}

}  // namespace
}  // namespace bench_command

const Command kBench{
    .name = "bench",
    .summary = "Measure latency and throughput of a model under load",
    .detail =
        "RANGE is 8, or 1,4,16, or 1..32 (doubled each time), or 100..500:100 (by steps). With\n"
        "--concurrency each caller calls again when it has its answer. With --rate calls come at\n"
        "random times, whatever became of those before; a call that could not be sent in time\n"
        "counts from when it was due. With --slo the sweep ends where the percentile is above it;\n"
        "of a range with .. the level between is looked for. Calls that are refused do not meet\n"
        "it; code 1 if no level does.\n"
        "\n"
        "Calls bring FILEs, or --input, or --text; without them what the model's shapes say:\n"
        "pictures of 512 x 512, other sizes as small as may be, or as --size says.\n"
        "\n"
        "QUEUE, DEVICE and OVERHEAD are means, and make up the mean latency: waiting; preparing,\n"
        "inferring and finishing; the ways between the processes. +- and the brackets are 95 %\n"
        "confidence: by Student's t over ten parts of the time, and by ranks of a binomial.",
    .example =
        "  samovar bench selfie --concurrency 1..16\n"
        "  samovar bench selfie photo.jpg --rate 10..200 --slo 50 --plot curve.svg\n"
        "  samovar bench tiny --size batch=8 --percentile 99.9 --csv -",
    .json =
        "{\"model\", \"loop\": \"closed\" or \"open\", \"percentile\", \"objective_us\", "
        "\"warm_up_us\", \"measured_us\",\n"
        " \"best\": a level or null, \"levels\": [{\"callers\" or \"sent_per_second\", "
        "\"calls\", \"done\", \"busy\",\n"
        "  \"too_late\", \"failed\", \"calls_per_second\", \"calls_per_second_low\", "
        "\"calls_per_second_high\",\n"
        "  \"p50_us\", \"percentile_us\", \"percentile_low_us\", \"percentile_high_us\", "
        "\"mean_us\", \"queue_us\",\n"
        "  \"device_us\", \"overhead_us\", \"refusal_p50_us\", \"refusal_p99_us\", "
        "\"jobs_a_batch\", \"held\"}]}",
    .declare = bench_command::declare};

}  // namespace samovar::cli
