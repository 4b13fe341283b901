// The wire's layout is cereal's portable binary one: stock archives, with cereal's own support for
// strings and vectors, write the same bytes and read ours.

#include <gtest/gtest.h>

#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <sstream>

#include "tests/support/golden.hpp"
#include "tests/support/specimens.hpp"

namespace samovar::tests {
namespace stock {

struct Input {
    std::string name;
    std::uint8_t dtype = 0;
    std::vector<std::uint64_t> shape;
    std::uint32_t channel = 0;
    std::uint64_t offset = 0;
    std::vector<std::uint8_t> data;
};
template <class Archive>
void serialize(Archive& ar, Input& m) {
    ar(m.name, m.dtype, m.shape, m.channel, m.offset, m.data);
}

struct Place {
    std::uint32_t channel = 0;
    std::uint64_t offset = 0, capacity = 0;
};
template <class Archive>
void serialize(Archive& ar, Place& m) {
    ar(m.channel, m.offset, m.capacity);
}

struct Parameter {
    std::string key, value;
};
template <class Archive>
void serialize(Archive& ar, Parameter& m) {
    ar(m.key, m.value);
}

struct Submit {
    std::string model;
    std::vector<Input> inputs;
    std::vector<Place> outputs;
    std::vector<Parameter> params;
    bool progress = false;
    std::uint8_t keep = 0;
    std::uint64_t keep_alive_ms = 0;
    std::uint8_t priority = 0;
    std::uint64_t deadline_us = 0;
    bool no_cache = false;
};
template <class Archive>
void serialize(Archive& ar, Submit& m) {
    ar(m.model, m.inputs, m.outputs, m.params, m.progress, m.keep, m.keep_alive_ms, m.priority,
       m.deadline_us, m.no_cache);
}

Submit same_as(const ipc::Submit& ours) {
    Submit m{ours.model,
             {},
             {},
             {},
             ours.progress,
             static_cast<std::uint8_t>(ours.keep),
             ours.keep_alive_ms,
             static_cast<std::uint8_t>(ours.priority),
             ours.deadline_us,
             ours.no_cache};
    for (const ipc::InputTensor& input : ours.inputs) {
        std::vector<std::uint8_t> data;
        for (const std::byte byte : input.data)
            data.push_back(std::to_integer<std::uint8_t>(byte));
        m.inputs.push_back({input.name, static_cast<std::uint8_t>(input.dtype), input.shape,
                            input.channel, input.offset, data});
    }
    for (const ipc::OutputPlace& place : ours.outputs)
        m.outputs.push_back({place.channel, place.offset, place.capacity});
    for (const ipc::Param& param : ours.params)
        m.params.push_back({param.key, param.value});
    return m;
}

}  // namespace stock

namespace {

std::string body_of_specimen() {
    const ipc::Bytes frame = specimen_frame<ipc::Submit>();
    std::string body(frame.size() - ipc::kHeaderBytes, '\0');
    std::memcpy(body.data(), frame.data() + ipc::kHeaderBytes, body.size());
    return body;
}

std::string hex(const std::string& text) {
    return to_hex(std::as_bytes(std::span(text)));
}

TEST(StockCereal, WritesTheSameBytes) {
    std::ostringstream out;
    {
        const auto little = cereal::PortableBinaryOutputArchive::Options::LittleEndian();
        cereal::PortableBinaryOutputArchive archive(out, little);
        archive(stock::same_as(specimen<ipc::Submit>()));
    }
    EXPECT_EQ(hex(out.str()), hex(body_of_specimen()));
}

TEST(StockCereal, ReadsOurBytes) {
    std::istringstream in(body_of_specimen());
    stock::Submit read;
    cereal::PortableBinaryInputArchive archive(in);
    archive(read);

    const ipc::Submit wanted = specimen<ipc::Submit>();
    EXPECT_EQ(read.model, wanted.model);
    ASSERT_EQ(read.inputs.size(), wanted.inputs.size());
    EXPECT_EQ(read.inputs[0].shape, wanted.inputs[0].shape);
    EXPECT_EQ(read.inputs[1].data.size(), wanted.inputs[1].data.size());
    EXPECT_EQ(read.outputs[0].capacity, wanted.outputs[0].capacity);
    EXPECT_EQ(read.params[0].value, wanted.params[0].value);
    EXPECT_EQ(read.progress, wanted.progress);
    EXPECT_EQ(read.keep_alive_ms, wanted.keep_alive_ms);
    EXPECT_EQ(read.deadline_us, wanted.deadline_us);
    EXPECT_EQ(read.no_cache, wanted.no_cache);
    EXPECT_EQ(in.peek(), std::istringstream::traits_type::eof());
}

}  // namespace
}  // namespace samovar::tests
