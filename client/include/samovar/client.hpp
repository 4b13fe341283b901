#pragma once
// A session with samovard.
//
//   samovar::Client client = samovar::Client::connect().value();  // value() throws the error
//   samovar::Slot pixels = client.take(1080 * 1920 * 3).value();  // fill pixels.bytes()
//   samovar::JobSpec job{.model = "selfie"};
//   job.inputs.push_back({"", samovar::DType::uint8, {1080, 1920, 3}, std::move(pixels), {}});
//   job.outputs.push_back(client.take(1080 * 1920 * 4).value());
//   samovar::Result<samovar::JobResult> result = client.run(std::move(job));

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <samovar/access.hpp>
#include <samovar/error.hpp>
#include <samovar/export.hpp>
#include <samovar/job.hpp>
#include <samovar/models.hpp>
#include <samovar/residency.hpp>
#include <samovar/slot.hpp>

namespace samovar {

namespace client {
class Session;
}

// How to reach the daemon, and for how long to try.
struct Options {
    // The daemon's socket. Empty: $SAMOVAR_SOCKET if set; else the first that exists of
    // $XDG_RUNTIME_DIR/samovar/samovar.sock and /run/samovar/samovar.sock.
    std::string socket{};
    // Who calls, for the daemon's log; at most kMaxNameBytes.
    std::string name = "libsamovar";
    // For the greeting, and for offering memory again to a daemon that was restarted. Longer than
    // what a daemon usually gives its last jobs: a call that comes meanwhile waits for the next one
    // in the service manager's socket.
    std::chrono::milliseconds connect_timeout{15'000};
    // For the answer of ping, models, info, status, take, add, remove, reload.
    std::chrono::milliseconds call_timeout{30'000};
    // After the daemon went away: how long a call tries to reach it again. 0 tries once, so that a
    // thread that must not block gets `no_daemon` at once where nobody listens.
    std::chrono::milliseconds reconnect_wait{10'000};
    // Whether a call connects again at all, or fails with `disconnected`.
    bool reconnect = true;
    // The program of the daemon, a path or a name to look for in PATH, such as "samovard": where no
    // socket was named and none is there at all, connect() starts it for this user alone, and it
    // ends after ten minutes without a session. Never where there is a socket that refuses. Empty:
    // nothing is started. It goes by samovard.toml, where `private_daemons = false` forbids it.
    std::string start{};
};

struct DaemonInfo {
    std::string name;           // and release: "samovard 0.1.0"
    std::uint16_t version = 0;  // of the protocol, that both speak
    bool may_submit = false, may_administer = false;
    std::uint64_t channel_bytes = 0;  // one channel, so one slot, at most
    std::uint32_t jobs = 0;           // of this session in flight, at most
};

// Threads. Any member may be called from any thread at any time, but the destructor and moves. The
// library has no thread of its own: a thread that waits (in a call, Job::wait, drain) or calls
// dispatch() reads the socket for all, so a lone synchronous call costs no hand-over. A job that
// was submitted with a callback makes its way without any of that, but its callback waits for the
// next such call.
//
// Callbacks (of jobs, and on_progress) run on such a thread, or on one whose submit() finds the
// connection dead, with no lock held. They may call any member, but not destroy or move the Client,
// and must not throw. Where several threads wait, several callbacks may run at once; those of one
// job do not, and on_progress is not called any more once its job's callback runs, or once the call
// that it was given to, or Job::wait(), has returned the end.
//
// Signals do not disturb a call, and none is raised (no SIGPIPE). A Client is of one process: after
// fork() the child must neither use nor destroy what it inherited, but connect for itself.
//
// Losing the daemon. All that was outstanding ends at once with `disconnected`. The next call
// connects again (Options), and offers its memory again, so that slots stay valid. Errors of that:
// `no_daemon`, `disconnected` where Options forbid it, `version`, `timed_out`, `busy`,
// `shutting_down`, `not_permitted`; any function that talks to the daemon passes them through, and
// is said to have "session errors".
class SAMOVAR_EXPORT Client {
  public:
    // Which socket: see Options. Errors: `no_daemon` at once where nothing listens,
    // `not_permitted`, `version`, `busy` (too many sessions), `shutting_down` (by a daemon that
    // stops), `timed_out`, `protocol` where something else listens there. To start one
    // (Options::start) takes as long as it takes to read the models, a minute at most.
    static Result<Client> connect(Options options = {});

    // A Client that was moved from can only be assigned to and destroyed.
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;
    // Jobs that are not done end as `disconnected`; their callbacks run here, or on the thread that
    // is in Job::wait().
    ~Client();

    // What the last greeting said.
    DaemonInfo daemon() const;
    const std::string& socket() const noexcept;

    // ---- The daemon and its models. Session errors in all. --------------------------------------

    Result<PingReport> ping();
    // By name, at most kMaxModels.
    Result<std::vector<ModelSummary>> models();
    // Errors: `unknown_model`.
    Result<ModelInfo> info(const std::string& model);
    // Of models that are loaded or waited for, or of all.
    Result<DaemonStatus> status(bool all = false);
    // Who one is to the daemon, what one may do, and which rule says so. For anybody.
    Result<Identity> whoami();
    // Errors: `unknown_model`.
    Result<Explanation> why(const std::string& model);
    // How models moved: those moves that the daemon remembers, the oldest first, none from before
    // `since`; with `follow` also those to come, until the session ends (its error). `tell` runs on
    // this thread, and may call any other member.
    Result<void> events(std::chrono::sys_time<std::chrono::milliseconds> since, bool follow,
                        const std::function<void(const Event&)>& tell);

    // The minutes with calls that the daemon remembers and that are over, none from before `since`.
    Result<std::vector<MinuteOfCalls>> calls(
        std::chrono::sys_time<std::chrono::milliseconds> since = {});
    // Errors: `unknown_model`.
    Result<Warmth> warmth(const std::string& model);
    // What the daemon has counted, in Prometheus' text form 0.0.4; docs/metrics.md has the names.
    Result<std::string> metrics();

    // For administrators (`not_permitted` for others). Load waits until the model is hot, at most
    // `timeout`. It is as good as a use; with a `length` it stays hot for so long, a year at most.
    // Errors: `unknown_model`, `bad_model`, `model_failed`, `no_device`, `worker_failed`,
    // `out_of_memory`, `invalid_argument`.
    Result<LoadReport> load(const std::string& model,
                            std::function<void(const Progress&)> on_progress = {},
                            std::chrono::milliseconds timeout = std::chrono::minutes(10),
                            std::chrono::milliseconds length = {});
    // Waits until the model's jobs are done and its memory is given back, at most `timeout`; what
    // was asked happens all the same. `length` as above: jobs bring it up all the same, and it goes
    // when they are done. Errors: `unknown_model`, `invalid_argument`.
    Result<void> unload(const std::string& model,
                        std::chrono::milliseconds timeout = std::chrono::minutes(10),
                        std::chrono::milliseconds length = {});
    // What is wanted of a model, for so long; 0: without an end of its own. Begins it, and does not
    // wait. Errors: `unknown_model`; `invalid_argument` (a model that cannot be parked, nothing to
    // release, more than a year); `not_permitted` also for a load or a pin of what is held.
    Result<void> wish(const std::string& model, Wish wish, std::chrono::milliseconds length = {});
    // Memory for the process whose pidfd this is (pidfd_open(2)); returns when it is free. It lasts
    // until that process ends, and then the models that left come back. Errors: `bad_descriptor`,
    // `no_device`; `out_of_memory` where models that work or are pinned hold it.
    Result<Loan> lend(const LoanTerms& terms, int pidfd,
                      std::chrono::milliseconds timeout = std::chrono::minutes(1));
    // `folder`: absolute, on the daemon's machine. Errors: `bad_model`, `model_exists`.
    Result<ReloadEntry> add(const std::string& folder);
    // Errors: `unknown_model`; `not_permitted` for a model whose folder itself lies in the models
    // folder, because nobody added it.
    Result<void> remove(const std::string& model);
    Result<std::vector<ReloadEntry>> reload();

    // ---- Memory. --------------------------------------------------------------------------------

    // A slot of at least `bytes`, from the channels there are or a new one, whose size grows with
    // what was taken so far. Errors: `quota` where `bytes` is more than one channel or one user may
    // hold; session errors.
    Result<Slot> take(std::uint64_t bytes);
    // Makes room for `bytes` of slots at once: one channel now instead of some later. Errors: as
    // take().
    Result<void> reserve(std::uint64_t bytes);
    // Gives channels without slots back to the daemon. Never fails: what cannot be told now is told
    // by the end of the connection.
    void trim();

    // ---- Jobs. ----------------------------------------------------------------------------------

    // Starts a job. `spec` is moved from only when that succeeds: the slots are then lent until the
    // job is done. Errors: `slot_in_use` for an input slot that is empty because it was lent or
    // moved, `invalid_argument`, `busy` when as many jobs (DaemonInfo::jobs) or inline bytes are in
    // flight as the daemon allows, `unknown_channel` for a slot whose memory a restarted daemon
    // refused; session errors. What the daemon thinks of the job comes with its result. Does not
    // wait for the daemon, except to connect again.
    Result<Job> submit(JobSpec&& spec);
    // The same; `callback` gets the result instead of a handle. The slots of a job that fails are
    // given back before: to try it again from what was written, use a handle, and
    // Job::take_spec().
    Result<void> submit(JobSpec&& spec, JobCallback callback);
    // Submits and waits; waits for room too where submit() would be `busy`, and tries again where
    // the daemon is. Errors: all of submit() and of Job::wait(); a job that ends as `disconnected`
    // is not run again by itself, because it may have run. After `timed_out` the job was
    // asked to cancel, and its slots are given back when it is done; after other errors they are in
    // `spec` again, as with Job::take_spec().
    Result<JobResult> run(JobSpec&& spec,
                          std::chrono::milliseconds timeout = std::chrono::minutes(10));
    // Waits until no job is in flight: all have their answer, though a callback may still run on
    // another thread. Errors: `timed_out`.
    Result<void> drain(std::chrono::milliseconds timeout);
    // Asks to cancel all jobs in flight. Returns at once.
    void cancel_all();
    std::size_t jobs_in_flight() const;

    // ---- For programs with an event loop of their own. These never block. -----------------------
    //
    // In each turn: watch fd() for events(), and dispatch() when it is ready. Ask for both again in
    // each turn. Any other member that waits may complete jobs too, and leave nothing to be read.

    // The socket; -1 while disconnected. It may be another one after any call that connected again,
    // and is the library's: do not read, write or close it.
    int fd() const;
    // POLLIN, with POLLOUT while something waits to be sent; 0 while disconnected.
    short events() const;
    // Reads and sends what can be, completes jobs, runs callbacks. How many requests were answered;
    // 0 where another thread reads just now. Errors: `disconnected`; this does not connect again,
    // any call that talks to the daemon does: ping(), say, at an interval.
    Result<std::size_t> dispatch();

  private:
    explicit Client(std::shared_ptr<client::Session> session) noexcept;
    std::shared_ptr<client::Session> session_;
};

}  // namespace samovar
