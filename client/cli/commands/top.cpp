#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <thread>

#include "client/cli/commands/all.hpp"
#include "client/cli/commands/model_rows.hpp"
#include "client/cli/top/screen.hpp"

namespace samovar::cli {
namespace top_command {
namespace {

using Clock = std::chrono::steady_clock;

void refresh(Client& client, TopView& view) {
    Result<DaemonStatus> status = client.status(view.wants_all());
    if (status)
        view.take(std::move(*status));
    else
        view.say(describe(status.error()));
}

void ask_for(Client& client, TopView& view, const Wanted& wanted) {
    const Result<void> done = client.wish(wanted.model, wanted.wish);
    const char* verb = wanted.wish == Wish::load     ? "load"
                       : wanted.wish == Wish::unload ? "unload"
                                                     : "park";
    view.say(done ? fmt::format("{}: {} is asked for", wanted.model, verb)
                  : describe(done.error()));
}

// Does what the keys say; false at the end.
bool obey(std::string typed, Client& client, TopView& view) {
    while (!typed.empty()) {
        const Key key = take_key(typed);
        if (key == Key::quit) return false;
        if (const auto wanted = view.press(key)) ask_for(client, view, *wanted);
        if (key != Key::up && key != Key::down) refresh(client, view);
    }
    return true;
}

int show(const Invocation& invocation, Client& client, Clock::duration interval) {
    Result<Screen> screen = Screen::open();
    if (!screen) return invocation.refuse(screen.error());
    TopView view;
    bool ended = false, quit = false;
    Clock::time_point due = Clock::now();
    while (!ended && !quit) {
        if (Clock::now() >= due) {
            refresh(client, view);
            due = Clock::now() + interval;
        }
        screen->show(view.draw(screen->size(), invocation.console.out()));
        const auto patience = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now());
        Screen::Heard heard = screen->wait(std::max(patience, std::chrono::milliseconds(0)));
        quit = !obey(std::move(heard.typed), client, view);
        ended = heard.ended;
    }
    return ended ? kTooLate : kDone;
}

// A line each time, until Ctrl-C or an error.
int print_lines(const Invocation& invocation, Client& client, Clock::duration interval) {
    while (true) {
        const Result<DaemonStatus> status = client.status(true);
        if (!status) return invocation.fail(status.error());
        invocation.console.print(to_text(to_json(*status), false));
        std::fflush(stdout);
        std::this_thread::sleep_for(interval);
    }
}

Action declare(Arguments& arguments) {
    const auto seconds = std::make_shared<double>(1);
    arguments.seconds("--interval", *seconds, "How often it looks (1)");
    return [seconds](const Invocation& invocation) {
        const auto interval =
            std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*seconds));
        Result<Client> client = invocation.connect();
        if (!client) return invocation.fail(client.error());
        return invocation.console.json ? print_lines(invocation, *client, interval)
                                       : show(invocation, *client, interval);
    };
}

}  // namespace
}  // namespace top_command

const Command kTop{
    .name = "top",
    .summary = "Watch the models, and park or unload them by a key",
    .detail =
        "The columns of `samovar ps`, live. Keys: up and down (or k and j) choose a model; s "
        "takes\n"
        "the next order (name, state, bytes, uses, cold starts, last use), r turns it round; a\n"
        "shows all models or those that are loaded; l loads, p parks and u unloads the chosen one\n"
        "(for administrators); q or Ctrl-C leaves.",
    .example = "  samovar top\n  samovar top --interval 0.2",
    .json = "what `samovar ps --all` prints, a line each time, until Ctrl-C",
    .declare = top_command::declare};

}  // namespace samovar::cli
