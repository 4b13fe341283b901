#include "daemon/worker/engine/package.hpp"

#include <gmock/gmock.h>

#include "tests/unit/worker/temporary_file.hpp"

namespace samovar::worker {
namespace {

TEST(Package, finds_the_library_and_what_is_said_of_it) {
    const TemporaryFiles files;
    const std::string at = "model/data/aotinductor/model/abc.wrapper";
    files.write(at + ".so", "");
    files.write(at + "_metadata.json",
                R"({"AOTI_DEVICE_KEY": "cpu", "AOTI_CPU_ISA": "AVX512 AMX_TILE", "OTHER": 1})");
    files.write("model/data/aotinductor/model/def.kernel_metadata.json", "{}");
    const auto package = read_package(files.folder().native());
    ASSERT_TRUE(package);
    EXPECT_EQ(package->library, (files.folder() / at).native() + ".so");
    EXPECT_EQ(package->folder, (files.folder() / "model/data/aotinductor/model").native());
    EXPECT_EQ(package->device, "cpu");
    EXPECT_EQ(package->vectors, "AVX512 AMX_TILE");
}

TEST(Package, that_says_nothing_of_itself_or_rubbish_is_taken) {
    const TemporaryFiles files;
    files.write("a.wrapper.so", "");
    for (const char* text : {"", "[]", "{\"AOTI_DEVICE_KEY\": 7}"}) {
        files.write("a.wrapper_metadata.json", text);
        const auto package = read_package(files.folder().native());
        ASSERT_TRUE(package);
        EXPECT_EQ(package->device, "");
    }
}

TEST(Package, must_hold_one_library) {
    const TemporaryFiles files;
    EXPECT_EQ(read_package(files.folder().native()).error().code, Errc::bad_model);
    files.write("a/b.wrapper.so", "");
    files.write("c/d.wrapper.so", "");
    EXPECT_THAT(read_package(files.folder().native()).error().message, testing::HasSubstr("2 "));
    EXPECT_FALSE(read_package((files.folder() / "gone").native()));
}

TEST(MissingVectors, are_those_that_compiled_code_would_die_of) {
    const std::set<std::string> old{"sse2", "avx2", "fma"};
    EXPECT_THAT(missing_vectors("AVX2", old), testing::IsEmpty());
    EXPECT_THAT(missing_vectors("AVX512 AVX512_VNNI AMX_TILE", old),
                testing::ElementsAre("AVX512", "AVX512_VNNI"));
    EXPECT_THAT(missing_vectors("AVX2", {"sse2"}), testing::ElementsAre("AVX2"));
    EXPECT_THAT(missing_vectors("AMX_TILE", old), testing::IsEmpty());
    EXPECT_THAT(missing_vectors("AVX512", {}), testing::IsEmpty()) << "nothing is known";
}

TEST(CpuFlags, of_this_machine_are_words) {
    EXPECT_THAT(read_cpu_flags(), testing::Contains("sse2"));
}

}  // namespace
}  // namespace samovar::worker
