#pragma once
#include <samovar/models.hpp>

namespace samovar::cli {

// What the daemon says of a model that adds two vectors.
inline ModelInfo adding() {
    ModelInfo model;
    model.summary.name = "add";
    model.summary.task = "tensor";
    const Axis n{"n", 1, 1000};
    model.inputs = {{"x", DType::float32, {n}, false}, {"y", DType::float32, {n}, false}};
    model.outputs = {{"output", DType::float32, {n}, false}};
    return model;
}

// Of one that cuts people out.
inline ModelInfo cutting() {
    ModelInfo model;
    model.summary.name = "selfie";
    model.summary.task = "mask";
    const Axis height{"height", 1, 65536}, width{"width", 1, 65536};
    model.inputs = {{"image", DType::uint8, {height, width, {"", 3, 3}}, true}};
    model.outputs = {{"cutout", DType::uint8, {height, width, {"", 4, 4}}, false}};
    return model;
}

// Of one with two outputs.
inline ModelInfo splitting() {
    ModelInfo model = adding();
    model.summary.name = "split";
    model.inputs.pop_back();
    model.outputs.push_back({"rest", DType::float32, {{"m", 1, 1000}}, false});
    return model;
}

}  // namespace samovar::cli
