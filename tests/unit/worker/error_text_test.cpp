// The texts are what LibTorch 2.11 really says.

#include "daemon/worker/engine/error_text.hpp"

#include <gtest/gtest.h>

namespace samovar::worker {
namespace {

TEST(FirstUsefulLine, of_an_operator_that_failed_in_the_interpreter_is_its_message) {
    EXPECT_EQ(first_useful_line(
                  "The following operation failed in the TorchScript interpreter.\n"
                  "Traceback of TorchScript, serialized code (most recent call last):\n"
                  "  File \"code/__torch__.py\", line 6, in forward\n"
                  "    x: Tensor,\n"
                  "    y: Tensor) -> Tensor:\n"
                  "    _0 = torch.add(x, y)\n"
                  "         ~~~~~~~~~ <--- HERE\n"
                  "    return _0\n"
                  "\n"
                  "Traceback of TorchScript, original code (most recent call last):\n"
                  "  File \"nets.py\", line 46, in forward\n"
                  "        return x + y\n"
                  "               ~~~~~ <--- HERE\n"
                  "RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at "
                  "non-singleton dimension 0\n"),
              "The size of tensor a (3) must match the size of tensor b (4) at non-singleton "
              "dimension 0");
}

TEST(FirstUsefulLine, of_an_exception_that_a_model_raised_keeps_its_type) {
    EXPECT_EQ(first_useful_line("The following operation failed in the TorchScript interpreter.\n"
                                "Traceback of TorchScript (most recent call last):\n"
                                "  File \"nets.py\", line 120, in forward\n"
                                "            raise ValueError(\"no negative numbers\")\n"
                                "            ~~~~~~~~~~~~~~~~~~~~~~~~ <--- HERE\n"
                                "builtins.ValueError: no negative numbers\n"),
              "ValueError: no negative numbers");
}

TEST(FirstUsefulLine, of_compiled_code_comes_without_the_framing) {
    EXPECT_EQ(first_useful_line("Error: input_handles[0]: unmatched dim value at 1, expected: 16, "
                                "but got: 9\n\n"),
              "input_handles[0]: unmatched dim value at 1, expected: 16, but got: 9");
    EXPECT_EQ(first_useful_line("[E1121 08:11:16.174000 shim_common.cpp:123] Exception in "
                                "aoti_torch: index out of bounds\nmore"),
              "index out of bounds");
}

TEST(FirstUsefulLine, skips_what_is_empty_and_the_stack) {
    EXPECT_EQ(first_useful_line("\n  \nframe #0: c10::Error::Error\nthe reason\n"), "the reason");
    EXPECT_EQ(first_useful_line(""), "");
    EXPECT_EQ(first_useful_line("Traceback of TorchScript (most recent call last):\n"), "");
}

TEST(TellsOfMemory, of_host_and_device) {
    EXPECT_TRUE(
        tells_of_memory("DefaultCPUAllocator: can't allocate memory: you tried to allocate"));
    EXPECT_TRUE(tells_of_memory("CUDA out of memory. Tried to allocate 20 GiB"));
    EXPECT_TRUE(tells_of_memory("mapping model.so: Cannot allocate memory"));
    EXPECT_FALSE(tells_of_memory("expected scalar type Float"));
}

}  // namespace
}  // namespace samovar::worker
