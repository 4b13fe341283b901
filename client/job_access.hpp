#pragma once
#include <samovar/job.hpp>

namespace samovar::client {

// The library's own way to make a handle.
struct JobAccess {
    static Job make(std::shared_ptr<Session> session, std::shared_ptr<RunningJob> running);
};

}  // namespace samovar::client
