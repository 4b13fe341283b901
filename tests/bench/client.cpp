// A client that is there already when a daemon starts, so that its own start is not measured. Takes
// one command a line and answers each with one line of JSON:
//   connect SOCKET | disconnect | ping | load MODEL | park MODEL | unload MODEL | workers
//   run MODEL WIDTH HEIGHT [FILE]      writes the elements of the first output to FILE
// Each answer holds "ns", the time of the call, or "error".

#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <samovar/client.hpp>
#include <sstream>
#include <stdexcept>

namespace {

using namespace samovar;
using nlohmann::json;

class Commands {
  public:
    json carry_out(const std::string& line) {
        std::istringstream words(line);
        std::string verb;
        words >> verb;
        json answer = json::object();
        std::function<void()> call;
        if (verb == "connect") {
            const std::string socket = next(words);
            call = [this, socket] {
                client_ = Client::connect({.socket = socket, .name = "bench"}).value();
            };
        } else if (verb == "disconnect") {
            call = [this] { client_.reset(); };
        } else if (verb == "ping") {
            call = [this] { client().ping().value(); };
        } else if (verb == "load") {
            const std::string model = next(words);
            call = [this, &answer, model] { answer = in_words(client().load(model).value()); };
        } else if (verb == "park") {
            const std::string model = next(words);
            call = [this, model] { client().wish(model, Wish::park).value(); };
        } else if (verb == "unload") {
            const std::string model = next(words);
            call = [this, model] { client().unload(model).value(); };
        } else if (verb == "workers") {
            call = [this, &answer] {
                for (const WorkerStatus& worker : client().status().value().workers)
                    answer["workers"][worker.name] = worker.pid;
            };
        } else if (verb == "run") {
            call = [this, &answer, job = picture_job(words)] {
                answer["inferred"] = run(job).count();
            };
        } else {
            throw std::runtime_error("unknown command: " + line);
        }
        const auto begun = std::chrono::steady_clock::now();
        call();
        answer["ns"] = std::chrono::nanoseconds(std::chrono::steady_clock::now() - begun).count();
        return answer;
    }

  private:
    struct PictureJob {
        std::string model;
        std::uint64_t width = 0, height = 0;
        std::string file;  // for the output, or empty
    };

    static std::string next(std::istringstream& words) {
        std::string word;
        if (!(words >> word)) throw std::runtime_error("a word is missing");
        return word;
    }
    static PictureJob picture_job(std::istringstream& words) {
        PictureJob job{next(words), 0, 0, ""};
        if (!(words >> job.width >> job.height)) throw std::runtime_error("a size is missing");
        words >> job.file;
        return job;
    }
    static json in_words(const LoadReport& report) {
        json phases = json::object();
        for (const LoadPhase& phase : report.phases)
            phases[phase.name] = phase.time.count();
        return {{"code", report.code},
                {"weight_bytes", report.weight_bytes},
                {"was_hot", report.was_hot},
                {"phases", phases}};
    }

    Client& client() {
        if (!client_) throw std::runtime_error("not connected");
        return *client_;
    }

    // All that a program does that has a picture and wants a cut-out of it, slots included.
    std::chrono::nanoseconds run(const PictureJob& picture) {
        const Shape shape{picture.height, picture.width, 3};
        Slot pixels = client().take(tensor_bytes(DType::uint8, shape).value()).value();
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels.bytes()[i] = std::byte(i % 251);
        JobSpec job;
        job.model = picture.model;
        job.inputs.push_back({"", DType::uint8, shape, std::move(pixels), {}});
        job.outputs.push_back(client().take(picture.height * picture.width * 4).value());
        const JobResult done = client().run(std::move(job)).value();
        if (!picture.file.empty()) write(done.outputs.at(0), picture.file);
        return done.timings.inferred;
    }

    static void write(const Output& output, const std::string& file) {
        const std::size_t size = tensor_bytes(output.dtype, output.shape).value();
        std::ofstream(file, std::ios::binary)
            .write(reinterpret_cast<const char*>(output.bytes().data()),
                   static_cast<std::streamsize>(size));
    }

    std::optional<Client> client_;
};

}  // namespace

int main() {
    Commands commands;
    for (std::string line; std::getline(std::cin, line);) {
        json answer;
        try {
            answer = commands.carry_out(line);
        } catch (const std::exception& fault) {
            answer = {{"error", fault.what()}};
        }
        std::cout << answer.dump() << std::endl;
    }
    return 0;
}
