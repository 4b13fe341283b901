#pragma once
// What nearly every test includes, compiled once. A test still includes all that it uses.

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ipc/wire/frame.hpp"
#include "ipc/wire/worker_messages.hpp"
