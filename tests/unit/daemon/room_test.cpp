#include "daemon/dispatch/room.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ARoom : public testing::Test {
  protected:
    std::string write(const std::string& name, const std::string& text) const {
        const fs::path file = folder_.path() / name;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text;
        return file.string();
    }
    Room make() const { return Room::make(folder_.path() / "rooms").value(); }

    tests::TemporaryFolder folder_;
};

TEST_F(ARoom, is_a_new_folder_that_others_cannot_look_into) {
    const Room one = make(), other = make();
    EXPECT_NE(one.folder(), other.folder());
    EXPECT_EQ(fs::status(one.folder()).permissions(), fs::perms::owner_all);
}

TEST_F(ARoom, has_a_load_name_its_own_links) {
    Room room = make();
    ipc::WorkerLoad load;
    load.model = 7;
    load.code.file = write("blobs/code", "code");
    load.code.weights = write("blobs/weights", "weights");
    load.text.file = write("blobs/words", "words");
    load.warm_ups = {{{{{1}, ipc::Fill::file, write("blobs/x", "array"), 0}, {}}}};
    ASSERT_TRUE(room.bring_in(load));
    for (const auto& [path, text] :
         {std::pair{load.code.file, "code"}, std::pair{load.code.weights, "weights"},
          std::pair{load.text.file, "words"},
          std::pair{load.warm_ups[0].inputs[0].file, "array"}}) {
        EXPECT_EQ(fs::path(path).parent_path(), room.folder());
        EXPECT_EQ(tests::text_of(path), text);
        EXPECT_EQ(fs::hard_link_count(path), 2U) << path;
    }
    EXPECT_EQ(load.warm_ups[0].inputs[1].file, "");
}

TEST_F(ARoom, takes_in_a_folder_with_all_that_it_holds) {
    Room room = make();
    ipc::WorkerLoad load;
    write("unpacked/hash/version", "1");
    load.code.file = write("unpacked/hash/model/data/x.wrapper.so", "code");
    load.code.file = (folder_.path() / "unpacked/hash").string();
    ASSERT_TRUE(room.bring_in(load));
    EXPECT_EQ(fs::path(load.code.file), room.folder() / "0");
    EXPECT_EQ(tests::text_of(fs::path(load.code.file) / "model/data/x.wrapper.so"), "code");
    EXPECT_EQ(tests::text_of(fs::path(load.code.file) / "version"), "1");
}

TEST_F(ARoom, tells_what_is_to_go_when_a_model_does) {
    Room room = make();
    ipc::WorkerLoad load;
    load.model = 7;
    for (int i = 0; i < 2; ++i) {
        load.code.file = write("blobs/code", "code");
        ASSERT_TRUE(room.bring_in(load));
    }
    load.model = 8;
    load.code.file = write("blobs/code", "code");
    ASSERT_TRUE(room.bring_in(load));
    EXPECT_THAT(room.take_out(7), testing::ElementsAre(room.folder() / "0", room.folder() / "1"));
    EXPECT_THAT(room.take_out(7), testing::IsEmpty());
    EXPECT_TRUE(fs::exists(load.code.file));
}

TEST_F(ARoom, outlives_what_the_store_drops) {
    Room room = make();
    ipc::WorkerLoad load;
    const std::string stored = load.code.file = write("blobs/code", "code");
    ASSERT_TRUE(room.bring_in(load));
    fs::remove(stored);
    EXPECT_EQ(tests::text_of(load.code.file), "code");
}

TEST_F(ARoom, names_what_it_lacks) {
    Room room = make();
    ipc::WorkerLoad load;
    load.code.file = (folder_.path() / "blobs/gone").string();
    const Result<void> brought = room.bring_in(load);
    ASSERT_FALSE(brought);
    EXPECT_THAT(brought.error().message, HasSubstr("blobs/gone: No such file"));
    EXPECT_FALSE(brought.error().hint.empty());
}

TEST_F(ARoom, is_refused_where_nothing_can_be_made) {
    const std::string file = write("no-folder", "");
    const Result<Room> room = Room::make(file);
    ASSERT_FALSE(room);
    EXPECT_THAT(room.error().message, HasSubstr("no-folder"));
}

}  // namespace
}  // namespace samovar::daemon
