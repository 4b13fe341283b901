#include "daemon/worker/engine/opened_early.hpp"

#include <gtest/gtest.h>

namespace samovar::worker {
namespace {

// Of the C library, and empty in version 2.36: nothing here is linked with it.
constexpr const char* kLibrary = "libanl.so.1";

bool is_open() {
    const std::unique_ptr<void, int (*)(void*)> handle(::dlopen(kLibrary, RTLD_LAZY | RTLD_NOLOAD),
                                                       ::dlclose);
    return handle != nullptr;
}

TEST(OpenedEarly, is_open_as_long_as_it_lives) {
    ASSERT_FALSE(is_open());
    {
        const OpenedEarly library(kLibrary);
        EXPECT_TRUE(is_open());
    }
    EXPECT_FALSE(is_open());
}

TEST(OpenedEarly, leaves_what_is_preloaded_the_first) {
    ::setenv("LD_PRELOAD", "liballocator.so", 1);
    const OpenedEarly library(kLibrary);
    ::unsetenv("LD_PRELOAD");
    EXPECT_FALSE(is_open());
}

TEST(OpenedEarly, says_nothing_of_what_is_missing) {
    EXPECT_NO_THROW(const OpenedEarly library("/none.so"));
}

}  // namespace
}  // namespace samovar::worker
