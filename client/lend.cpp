// A loan has a connection of its own: the request carries a descriptor, and its answer may take
// long.

#include "client/session.hpp"

namespace samovar::client {

Result<ipc::Lent> Session::lend(const ipc::Lend& request, int borrower, Deadline deadline) {
    const Result<std::unique_ptr<Connection>> made =
        reach(Deadline(std::min(options_.connect_timeout, deadline.remaining())));
    if (!made) return made.error();
    const Result<ipc::Bytes> frame = ipc::encode(request, 1, /*descriptors=*/1);
    if (!frame) return frame.error();
    if (Result<void> sent = (*made)->send_whole(*frame, borrower, deadline); !sent)
        return sent.error();
    const Result<ipc::Frame> reply = (*made)->wait_for_frame(deadline);
    if (!reply) return reply.error();
    return answer_in<ipc::Lent>(*reply);
}

}  // namespace samovar::client
