#pragma once
#include <vector>

#include "daemon/worker/tasks/parameters.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::worker {

// Makes a file of each output that is a picture: uint8 [height, width], or with 1, 3 or 4 channels,
// its elements in the message. It becomes encoded_image [bytes]; others stay as they are. Throws
// JobError (`invalid_argument`) where none is one, and for a JPEG of four channels.
void encode_pictures(std::vector<ipc::OutputTensor>& outputs, const Encoding& encoding);

}  // namespace samovar::worker
