"""One function for each operator: reads its options and weights, and adds PyTorch layers."""

import operator
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

import tflite
import torch.nn.functional as F
from torch import Tensor, fx, nn

from ..errors import ExportError
from .file import Operator
from .padding import padding_before

if TYPE_CHECKING:
    from .network import Builder

Convert = Callable[["Builder", Operator], fx.Node]
OPERATORS: dict[str, Convert] = {}
FUSED: dict[int, Callable[[], nn.Module] | None] = {
    tflite.ActivationFunctionType.NONE: None,
    tflite.ActivationFunctionType.RELU: nn.ReLU,
    tflite.ActivationFunctionType.RELU6: nn.ReLU6,
    tflite.ActivationFunctionType.TANH: nn.Tanh,
}


def converts(name: str) -> Callable[[Convert], Convert]:
    def register(function: Convert) -> Convert:
        OPERATORS[name] = function
        return function

    return register


def activated(build: "Builder", node: fx.Node, fused: int) -> fx.Node:
    """`node` with the activation that TFLite folds into an operator."""
    if fused not in FUSED:
        raise ExportError(f"fused activation {fused} is not supported")
    layer = FUSED[fused]
    return node if layer is None else build.add(layer(), node)


def convolution(build: "Builder", op: Operator, options, weight: Tensor, groups: int) -> fx.Node:
    """`weight` is [out, in / groups, height, width], as PyTorch has it."""
    _, height, width, channels = build.file.shape(op.inputs[0])
    kernel = tuple(weight.shape[2:])
    stride = (options.StrideH(), options.StrideW())
    dilation = (options.DilationHFactor(), options.DilationWFactor())
    first, padding = padding_before(options.Padding(), (height, width), kernel, stride, dilation)
    node = build.value(op.inputs[0])
    if first is not None:
        node = build.add(first, node)
    bias = build.weight(op.inputs[2]) if len(op.inputs) > 2 and op.inputs[2] >= 0 else None
    layer = nn.Conv2d(channels, weight.shape[0], kernel, stride, padding, dilation, groups, bias is not None)
    layer.weight = nn.Parameter(weight)
    if bias is not None:
        layer.bias = nn.Parameter(bias)
    return activated(build, build.add(layer, node), options.FusedActivationFunction())


@converts("CONV_2D")
def conv_2d(build: "Builder", op: Operator) -> fx.Node:
    weight = build.weight(op.inputs[1]).permute(0, 3, 1, 2).contiguous()  # out, height, width, in
    groups = build.file.shape(op.inputs[0])[3] // weight.shape[1]
    return convolution(build, op, op.options(tflite.Conv2DOptions), weight, groups)


@converts("DEPTHWISE_CONV_2D")
def depthwise_conv_2d(build: "Builder", op: Operator) -> fx.Node:
    weight = build.weight(op.inputs[1]).permute(3, 0, 1, 2).contiguous()  # 1, height, width, out
    groups = build.file.shape(op.inputs[0])[3]
    return convolution(build, op, op.options(tflite.DepthwiseConv2DOptions), weight, groups)


@converts("Convolution2DTransposeBias")
def transposed_convolution(build: "Builder", op: Operator) -> fx.Node:
    """MediaPipe's own operator: TfLiteTransposeConvParams as little-endian int32: padding, stride w, h.

    Where the kernel is as large as the stride, results do not overlap and padding means nothing.
    """
    _, stride_w, stride_h = struct.unpack_from("<3i", op.custom)
    weight = build.weight(op.inputs[1]).permute(3, 0, 1, 2).contiguous()  # out, height, width, in
    kernel = tuple(weight.shape[2:])
    if kernel != (stride_h, stride_w):
        raise ExportError(f"a transposed convolution with kernel {kernel} and stride {(stride_h, stride_w)}; "
                          "only equal ones are supported")
    layer = nn.ConvTranspose2d(weight.shape[0], weight.shape[1], kernel, kernel)
    layer.weight = nn.Parameter(weight)
    layer.bias = nn.Parameter(build.weight(op.inputs[2]))
    return build.add(layer, build.value(op.inputs[0]))


@converts("AVERAGE_POOL_2D")
def average_pool_2d(build: "Builder", op: Operator) -> fx.Node:
    options = op.options(tflite.Pool2DOptions)
    whole = build.file.shape(op.inputs[0])[1:3]
    if (options.FilterHeight(), options.FilterWidth()) != whole or options.Padding() != tflite.Padding.VALID:
        raise ExportError("an average pool over less than the whole picture is not supported")
    node = build.add(nn.AdaptiveAvgPool2d(1), build.value(op.inputs[0]))
    return activated(build, node, options.FusedActivationFunction())


class Resize(nn.Module):
    """RESIZE_BILINEAR to [height, width]."""

    def __init__(self, height: int, width: int, align_corners: bool):
        super().__init__()
        self.height, self.width, self.align_corners = height, width, align_corners

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x, [self.height, self.width], mode="bilinear", align_corners=self.align_corners)


@converts("RESIZE_BILINEAR")
def resize_bilinear(build: "Builder", op: Operator) -> fx.Node:
    options = op.options(tflite.ResizeBilinearOptions)
    if not (options.AlignCorners() or options.HalfPixelCenters()):
        raise ExportError("a resize with neither aligned corners nor half-pixel centres has no twin in PyTorch")
    height, width = (int(size) for size in build.file.constant(op.inputs[1]))
    return build.add(Resize(height, width, bool(options.AlignCorners())), build.value(op.inputs[0]))


def elementwise(kind: type, function: Callable) -> Convert:
    def convert(build: "Builder", op: Operator) -> fx.Node:
        node = build.call(function, build.value(op.inputs[0]), build.value(op.inputs[1]))
        return activated(build, node, op.options(kind).FusedActivationFunction())

    return convert


def unary(layer: Callable[[], nn.Module]) -> Convert:
    return lambda build, op: build.add(layer(), build.value(op.inputs[0]))


OPERATORS["ADD"] = elementwise(tflite.AddOptions, operator.add)
OPERATORS["MUL"] = elementwise(tflite.MulOptions, operator.mul)
OPERATORS["RELU"] = unary(nn.ReLU)
OPERATORS["RELU6"] = unary(nn.ReLU6)
OPERATORS["HARD_SWISH"] = unary(nn.Hardswish)
OPERATORS["LOGISTIC"] = unary(nn.Sigmoid)
OPERATORS["TANH"] = unary(nn.Tanh)
