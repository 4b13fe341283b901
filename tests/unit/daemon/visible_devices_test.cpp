// Which GPU a worker's cuda:N is.

#include "daemon/devices/visible_devices.hpp"

#include <gmock/gmock.h>

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kFour{"GPU-aa01", "GPU-aa02", "GPU-bb03", "GPU-cc04"};

class Visible : public testing::Test {
  protected:
    Result<VisibleDevice> find(const char* variable, std::size_t number) {
        if (variable) environment.visible_devices = variable;
        return find_visible(environment, gpus, number);
    }
    // The indices of cuda:0, cuda:1, ..., as far as they go.
    std::vector<std::size_t> all(const char* variable) {
        std::vector<std::size_t> indices;
        for (std::size_t i = 0; i < 8; ++i)
            if (const auto device = find(variable, i)) indices.push_back(device->index);
        return indices;
    }
    using Indices = std::vector<std::size_t>;

    CudaEnvironment environment;
    std::vector<std::string> gpus = kFour;
};

TEST_F(Visible, are_all_by_their_place_on_the_bus_where_nothing_is_said) {
    EXPECT_EQ(all(nullptr), (Indices{0, 1, 2, 3}));
}

TEST_F(Visible, are_those_listed_in_their_order) {
    EXPECT_EQ(all("2,1"), (Indices{2, 1}));
    EXPECT_EQ(all(" 3 , 0"), (Indices{3, 0}));
}

TEST_F(Visible, end_before_the_first_entry_that_names_nothing) {
    EXPECT_EQ(all("0,2,-1,1"), (Indices{0, 2}));
    EXPECT_EQ(all("1,7,0"), (Indices{1}));
    EXPECT_EQ(all("1,x,0"), (Indices{1}));
    EXPECT_EQ(all("1,,0"), (Indices{1}));
    EXPECT_EQ(all("NoDevFiles"), Indices{});
    EXPECT_EQ(all("18446744073709551616"), Indices{});
}

TEST_F(Visible, are_none_where_the_list_is_empty) {
    EXPECT_EQ(all(""), Indices{});
}

TEST_F(Visible, can_be_told_by_what_only_one_uuid_begins_with) {
    EXPECT_EQ(all("GPU-cc,GPU-aa01"), (Indices{3, 0}));
    EXPECT_EQ(all("GPU-b,GPU-aa"), (Indices{2})) << "two begin with the second";
    EXPECT_EQ(all("GPU-dd"), Indices{});
}

TEST_F(Visible, are_named_once) {
    EXPECT_EQ(all("1,GPU-aa02,0"), (Indices{1}));
}

TEST_F(Visible, can_be_parts_of_a_gpu) {
    EXPECT_EQ(find("MIG-GPU-aa01/1/0", 0)->mig, "MIG-GPU-aa01/1/0");
    EXPECT_EQ(find("0,MIG-5c4d", 1)->mig, "MIG-5c4d");
}

TEST_F(Visible, are_not_guessed_where_cuda_has_an_order_of_its_own) {
    environment.device_order = "FASTEST_FIRST";
    EXPECT_THAT(find(nullptr, 0).error().message, HasSubstr("CUDA_DEVICE_ORDER is FASTEST_FIRST"));
    EXPECT_FALSE(find("1,0", 0));
    EXPECT_EQ(find("GPU-bb", 0)->index, 2U) << "a UUID needs no order";
    gpus = {"GPU-aa01"};
    EXPECT_EQ(find("0", 0)->index, 0U) << "nor does one GPU alone";
    environment.device_order = "PCI_BUS_ID";
    gpus = kFour;
    EXPECT_EQ(find("1,0", 0)->index, 1U);
}

TEST_F(Visible, are_missed_with_what_there_is) {
    const Error error = find("2", 1).error();
    EXPECT_EQ(error.code, Errc::no_device);
    EXPECT_EQ(error.message,
              "there is no cuda:1: the driver shows 4 GPUs, and CUDA_VISIBLE_DEVICES is \"2\"");
    environment.visible_devices.reset();
    EXPECT_EQ(find(nullptr, 4).error().message, "there is no cuda:4: the driver shows 4 GPUs");
}

}  // namespace
}  // namespace samovar::daemon
