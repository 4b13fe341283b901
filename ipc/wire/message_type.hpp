#pragma once
#include <cstdint>
#include <string_view>

namespace samovar::ipc {

// What a frame holds. The numbers never change and are never used again for something else.
enum class MessageType : std::uint16_t {
    // Either side of a session.
    error = 1,     // the answer to a request that failed
    ok = 2,        // the answer to a request that has nothing else to say
    greeting = 3,  // the daemon's first frame
    hello = 4,     // the client's first frame
    ping = 5,
    pong = 6,
    // Channels.
    open_channel = 10,
    channel_opened = 11,  // carries the memfd
    resume_channel = 12,  // carries the client's memfd of an earlier connection
    close_channel = 13,
    // Jobs.
    submit = 20,
    done = 21,
    cancel = 22,
    progress = 23,
    // Models.
    list_models = 30,
    model_list = 31,
    describe_model = 32,
    model_info = 33,
    load_model = 34,
    model_loaded = 35,
    unload_model = 36,
    add_model = 37,
    remove_model = 38,
    reload = 39,
    reload_report = 40,
    set_residency = 41,
    explain_model = 42,
    explanation = 43,
    watch_events = 44,
    event = 45,
    lend = 46,  // carries the borrower's pidfd
    lent = 47,
    describe_warmth = 48,
    warmth = 49,
    // The daemon.
    status = 50,
    status_report = 51,
    read_metrics = 52,
    metrics = 53,
    // Who may do what.
    who_am_i = 60,
    identity = 61,
    // Between daemon and worker.
    worker_hello = 100,
    map_channel = 101,  // carries the memfd
    unmap_channel = 102,
    worker_load = 103,
    worker_loaded = 104,
    worker_unload = 105,
    worker_health = 106,
    worker_health_report = 107,
    worker_park = 108,
    worker_wake = 109,
    run_job = 110,
    job_digest = 111,
    job_done = 112,
    drop_job = 113,
};

std::string_view to_string(MessageType type) noexcept;

}  // namespace samovar::ipc
