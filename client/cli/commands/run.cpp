#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "client/cli/commands/all.hpp"
#include "client/cli/run/conductor.hpp"
#include "client/cli/run/job.hpp"
#include "client/cli/run/options.hpp"
#include "client/cli/run/texts.hpp"
#include "client/cli/words.hpp"
#include "samovar/limits.hpp"

namespace samovar::cli {
namespace run_command {
namespace {

// Slots of all lanes together: several pictures of 100 megapixels, and an eighth of a user's quota.
constexpr std::uint64_t kSlotBudget = 512u << 20;
constexpr std::chrono::milliseconds kLongestKeepAlive{kMaxKeepAliveMs};

struct Given {
    RunRequest request;
    std::vector<std::string> params, inputs;
    std::string keep_alive, priority, deadline;
    double timeout_s = 600;
};

// "10m", "0", "forever".
Result<void> take_keep_alive(const std::string& word, RunRequest& request) {
    if (word.empty()) return {};
    request.keep_alive = word == "forever" ? std::optional(kForever)
                         : word == "0"     ? std::chrono::milliseconds()
                                           : ipc::parse_duration(word);
    const bool longest = request.keep_alive && request.keep_alive > kLongestKeepAlive;
    if (request.keep_alive && (!longest || word == "forever")) return {};
    return usage_error(fmt::format("--keep-alive {} is {}", word,
                                   longest ? "longer than 30 days" : "no length of time"),
                       "write 10m, 2h or 1d, 0, or forever");
}

Result<void> check(const RunRequest& request, const Console& console) {
    const auto in_standard = std::count(request.files.begin(), request.files.end(), "-") +
                             std::count(request.text_files.begin(), request.text_files.end(), "-");
    if (in_standard > 1)
        return usage_error("standard input can be read once", "name the other files");
    if (request.out != "-") return {};
    if (console.json)
        return usage_error("both --json and -o - ask for standard output", "name a file with -o");
    if (console.out().terminal)
        return usage_error("a terminal cannot show the bytes of a file",
                           "redirect standard output, or name a file with -o");
    return {};
}

// How the lanes tell of the model's load; nothing where nobody sees it.
std::function<void(const Progress&)> to_stage(Stage& stage, const Console& console) {
    if (!console.err().terminal) return {};
    return [&stage](const Progress& progress) {
        stage.set("loading, " + progress_in_words(progress));
    };
}

int conduct(Console& console, Client& client, const RunRequest& request, const Stage& stage,
            Lanes::Work work) {
    Conductor conductor(console, client, request, stage);
    const std::size_t width = lanes_for(request.jobs(), std::thread::hardware_concurrency());
    Lanes lanes(request.jobs(), width, std::move(work));
    return conductor.conduct(lanes);
}

int run_texts(const Invocation& invocation, Client& client, const RunRequest& request,
              const ModelInfo& info, const Places& places) {
    const Result<TextModel> model = TextModel::of(client, info);
    if (!model) return invocation.refuse(model.error());
    Stage stage;
    const TextJobs jobs{*model, request, places, to_stage(stage, invocation.console)};
    return conduct(invocation.console, client, request, stage,
                   [&jobs](std::size_t job, const std::stop_token& stop) {
                       return run_text_job(jobs, job, stop);
                   });
}

// -o photo.jpg, where nothing else is said.
bool asks_for_jpeg(const RunRequest& request) {
    const bool said = std::ranges::any_of(
        request.params, [](const auto& param) { return param.first == "encode"; });
    return !said && (request.out.ends_with(".jpg") || request.out.ends_with(".jpeg"));
}

int run(const Invocation& invocation, RunRequest& request) {
    Result<Client> client = invocation.connect(/*may_start=*/!request.no_spawn);
    if (!client) return invocation.fail(client.error());
    const Result<ModelInfo> model = client->info(request.model);
    if (!model) return invocation.fail(model.error());
    const bool nothing_named = request.files.empty() && request.text_files.empty();
    if (Result<void> fine = take_texts(request, *model); !fine)
        return invocation.refuse(fine.error());
    const bool texts = takes_texts(*model);
    if (nothing_named && !request.files.empty() && ::isatty(STDIN_FILENO) == 1)
        invocation.console.note("samovar: reads texts from standard input, one a line, to Ctrl-D");
    const Result<Inputs> inputs = texts ? Inputs() : Inputs::make(request, *model);
    if (!inputs) return invocation.refuse(inputs.error());
    if (!texts && asks_for_jpeg(request)) request.params.emplace_back("encode", "jpeg");
    const Result<Places> places = Places::make(request, *model);
    if (!places) return invocation.refuse(places.error());
    if (texts) return run_texts(invocation, *client, request, *model, *places);

    Stage stage;
    MemoryBudget budget(kSlotBudget);
    const Jobs jobs{
        *client, request, *model, *inputs, *places, budget, to_stage(stage, invocation.console)};
    return conduct(
        invocation.console, *client, request, stage,
        [&jobs](std::size_t job, const std::stop_token& stop) { return run_job(jobs, job, stop); });
}

Action declare(Arguments& app) {
    const auto arguments = std::make_shared<Given>();
    RunRequest& request = arguments->request;
    app.word("MODEL", request.model, "The model's name");
    app.words("FILE", request.files, "JPEG, PNG or .npy, or lines of text; - is standard input");
    app.repeated("--text", "TEXT", request.texts, "A text, for a model of texts");
    app.repeated("--file", "FILE", request.text_files, "A file of texts, one a line");
    app.option("-o,--output", "FILE|FOLDER/", request.out,
               "Where the result goes; - is standard output");
    app.repeated("--param", "NAME=VALUE", arguments->params, "A parameter of the job");
    app.repeated("--input", "NAME=FILE|NAME=[1,2]", arguments->inputs,
                 "An input by name: numbers, or a file");
    app.option("--keep-alive", "TIME|0|forever", arguments->keep_alive,
               "How long the model stays after the job (as its model.toml says)");
    app.option("--priority", "interactive|normal|background", arguments->priority,
               "Whose turn is first where jobs wait (normal)");
    app.option("--deadline", "TIME", arguments->deadline,
               "When a job is to be done, from its begin on; else it is not run");
    app.flag("--no-cache", request.no_cache,
             "Compute, also where the model has kept the result of an equal job");
    app.flag("--no-spawn", request.no_spawn,
             "Start no daemon where there is none; else one is started for this user, and ends\n"
             "after ten minutes without callers");
    app.seconds("--timeout", arguments->timeout_s, "Longest that a job may take (600)");
    return [arguments](const Invocation& invocation) {
        RunRequest& wanted = arguments->request;
        Result<void> fine = take_pairs(arguments->params, "--param", "output=alpha", wanted.params);
        if (fine) fine = take_pairs(arguments->inputs, "--input", "x=[1,2,3]", wanted.inputs);
        if (fine) fine = take_keep_alive(arguments->keep_alive, wanted);
        if (fine) fine = take_priority(arguments->priority, wanted);
        if (fine) fine = take_deadline(arguments->deadline, wanted);
        if (fine) fine = check(wanted, invocation.console);
        if (!fine) return invocation.refuse(fine.error());
        wanted.timeout =
            std::chrono::milliseconds(static_cast<std::int64_t>(arguments->timeout_s * 1000));
        return run(invocation, wanted);
    };
}

}  // namespace
}  // namespace run_command

const Command kRun{
    .name = "run",
    .summary = "Run a model on pictures, arrays or texts",
    .detail =
        "Each FILE is a job of its own; several are in flight, so that the model waits for none.\n"
        "A picture goes to a model that takes uint8 [height, width, 3], a .npy file to any. Of a\n"
        "model with several inputs, all but one are given by --input, and then hold for each "
        "FILE;\n"
        "without FILE there is one job, all of whose inputs are given so.\n"
        "\n"
        "A result that is a picture (uint8 [height, width] or with 1, 3 or 4 channels) is written\n"
        "as PNG, any other as .npy: NAME-MODEL.png, and NAME-MODEL-OUTPUT.npy where the model has\n"
        "several outputs, in the current folder or in the one that -o names. Without -o, up to\n"
        "1024 numbers are printed instead. An input is never replaced; an earlier result is.\n"
        "Task mask: --param output=cutout (the default) or output=alpha. --param encode=jpeg (and\n"
        "quality=80, optimise=true) or encode=png has the worker make the file; -o photo.jpg asks\n"
        "for that.\n"
        "\n"
        "Of a model of texts, the lines of each FILE are its texts; without one, those of "
        "standard\n"
        "input; or each --text is one. Labels are printed in a table, embeddings as other "
        "tensors.\n"
        "\n"
        "--keep-alive 10m, 2h, 0 or forever holds in place of the model's own until its next job;\n"
        "30 days at most.\n"
        "\n"
        "--deadline 500ms: a job that cannot be done in so long, by what the model's jobs take, "
        "is\n"
        "refused at once, and one whose turn does not come in time is dropped: both with code 5.\n"
        "Each job's time begins when it is sent. --priority interactive goes before other jobs,\n"
        "background after them; within a priority all users have an equal part of the device.\n"
        "\n"
        "The paths that were written are printed. If a file fails, the others are done all the\n"
        "same: it is named on standard error, and the exit code is 1; if none was done and all\n"
        "failed for one reason, it is that reason's code. Ctrl-C cancels, with code 5.",
    .example =
        "  samovar run selfie photo.jpg -o cutout.png\n"
        "  samovar run selfie photos/*.jpg -o cutouts/\n"
        "  samovar run add --input x=[1,2,3] --input y=offsets.npy\n"
        "  samovar run moods --text \"what a day\" --text \"oh no\"\n"
        "  samovar run sentences --file lines.txt -o embeddings.npy",
    .json =
        "[{\"file\", \"output\": the first path written, or null, \"status\": \"done\", "
        "\"failed\" or \"cancelled\",\n  \"error\": {\"code\", \"message\", \"hint\"} or null,\n"
        "  \"timings_us\": {\"queued\", \"prepared\", \"inferred\", \"finished\", \"total\"} or "
        "null, \"wall_us\",\n  \"cached\": whether the model had kept the result of an equal job,\n"
        "  \"outputs\": [{\"name\", \"dtype\", \"shape\", \"file\" or \"values\"}],\n"
        "  and of a model of texts\n"
        "  \"texts\": [{\"text\", \"label\", \"probability\", \"probabilities\"}],\n"
        "  \"details\": {\"processing_time_ms\", \"total_words\", \"tokens\", \"truncated\",\n"
        "              \"batches\", \"model_version\"}}], in the order of the files",
    .declare = run_command::declare};

}  // namespace samovar::cli
