"""The reader of .tflite files: each operator against its definition, in numpy and in the file's own layout."""

import struct
import unittest

import numpy as np
import tflite
import torch
from samovar.export.errors import ExportError
from samovar.export.from_tflite import network_from
from samovar.export.from_tflite.padding import same_padding
from tflite_writer import Graph

SAME, VALID = tflite.Padding.SAME, tflite.Padding.VALID
NONE, RELU, RELU6 = (getattr(tflite.ActivationFunctionType, name) for name in ("NONE", "RELU", "RELU6"))


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


def answer(graph: Graph, inputs: list[int], output: int, *pictures: np.ndarray) -> np.ndarray:
    """Runs the network on [1, h, w, c] pictures and gives the result in the same layout."""
    network = network_from(graph.bytes(inputs, [output]))
    result = network(*(torch.from_numpy(picture.transpose(0, 3, 1, 2).copy()) for picture in pictures))
    return result.numpy().transpose(0, 2, 3, 1)


def convolve(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int, same: bool, dilation: int = 1):
    """The definition: weight [out, kh, kw, in], or for a depthwise one [in, kh, kw, 1] in a loop of the caller."""
    _, height, width, _ = x.shape
    out, kh, kw, _ = weight.shape
    reach_h, reach_w = dilation * (kh - 1) + 1, dilation * (kw - 1) + 1
    if same:
        rows, columns = -(-height // stride), -(-width // stride)
        pad_h = max(0, (rows - 1) * stride + reach_h - height)
        pad_w = max(0, (columns - 1) * stride + reach_w - width)
        x = np.pad(x, ((0, 0), (pad_h // 2, pad_h - pad_h // 2), (pad_w // 2, pad_w - pad_w // 2), (0, 0)))
    else:
        rows, columns = (height - reach_h) // stride + 1, (width - reach_w) // stride + 1
    result = np.zeros((1, rows, columns, out), np.float32)
    for r in range(rows):
        for c in range(columns):
            seen = x[0, r * stride : r * stride + reach_h : dilation, c * stride : c * stride + reach_w : dilation]
            result[0, r, c] = np.tensordot(weight, seen, axes=([1, 2, 3], [0, 1, 2])) + bias
    return result


class Convolution(unittest.TestCase):
    def check(self, size: tuple[int, int], kernel: int, stride: int, padding: int, dilation: int = 1) -> None:
        x, weight, bias = random(1, *size, 3), random(4, kernel, kernel, 3), random(4)
        graph = Graph()
        numbers = [graph.tensor(x.shape), graph.tensor(weight), graph.tensor(bias)]
        result = graph.tensor((1, 1, 1, 4))
        graph.add("CONV_2D", numbers, result, "Conv2DOptions", Padding=padding, StrideH=stride, StrideW=stride,
                  DilationHFactor=dilation, DilationWFactor=dilation, FusedActivationFunction=NONE)
        expected = convolve(x, weight, bias, stride, padding == SAME, dilation)
        np.testing.assert_allclose(answer(graph, [0], result, x), expected, rtol=1e-4, atol=1e-4)

    def test_valid(self) -> None:
        self.check((7, 9), 3, 1, VALID)
        self.check((7, 9), 3, 2, VALID)

    def test_same_with_the_odd_zero_at_the_end(self) -> None:
        self.check((8, 8), 3, 2, SAME)
        self.check((8, 7), 3, 2, SAME)
        self.check((6, 6), 2, 1, SAME)

    def test_same_with_symmetric_padding(self) -> None:
        self.check((7, 9), 3, 1, SAME)
        self.check((7, 9), 3, 2, SAME)

    def test_dilation(self) -> None:
        self.check((9, 9), 3, 1, SAME, dilation=2)
        self.check((9, 9), 3, 1, VALID, dilation=2)

    def test_depthwise(self) -> None:
        x, weight, bias = random(1, 6, 8, 3), random(1, 3, 3, 3), random(3)
        graph = Graph()
        numbers = [graph.tensor(x.shape), graph.tensor(weight), graph.tensor(bias)]
        result = graph.tensor((1, 3, 4, 3))
        graph.add("DEPTHWISE_CONV_2D", numbers, result, "DepthwiseConv2DOptions", Padding=SAME, StrideH=2, StrideW=2,
                  DepthMultiplier=1, FusedActivationFunction=NONE)
        expected = np.concatenate(
            [convolve(x[..., [c]], weight[..., [c]], bias[c], 2, True) for c in range(3)], axis=3)
        np.testing.assert_allclose(answer(graph, [0], result, x), expected, rtol=1e-4, atol=1e-4)

    def test_no_bias_and_a_folded_activation(self) -> None:
        x, weight = random(1, 4, 4, 2) * 10, random(3, 1, 1, 2)
        for fused, top in ((RELU, np.inf), (RELU6, 6)):
            graph = Graph()
            graph.tensor(x.shape), graph.tensor(weight)
            result = graph.tensor((1, 4, 4, 3))
            graph.add("CONV_2D", [0, 1, -1], result, "Conv2DOptions", Padding=SAME, StrideH=1, StrideW=1,
                      FusedActivationFunction=fused)
            expected = convolve(x, weight, np.zeros(3), 1, True).clip(0, top)
            np.testing.assert_allclose(answer(graph, [0], result, x), expected, rtol=1e-4, atol=1e-4)

    def test_weights_of_16_bits_are_widened(self) -> None:
        x, weight = random(1, 4, 4, 2), random(3, 1, 1, 2).astype(np.float16)
        graph = Graph()
        graph.tensor(x.shape), graph.tensor(weight)
        wide, result = graph.tensor(weight.shape), graph.tensor((1, 4, 4, 3))
        graph.add("DEQUANTIZE", [1], wide)
        graph.add("CONV_2D", [0, wide], result, "Conv2DOptions", Padding=SAME, StrideH=1, StrideW=1,
                  FusedActivationFunction=NONE)
        expected = convolve(x, weight.astype(np.float32), np.zeros(3), 1, True)
        np.testing.assert_allclose(answer(graph, [0], result, x), expected, rtol=1e-4, atol=1e-4)

    def test_the_custom_transposed_convolution_spreads_each_pixel(self) -> None:
        x, weight, bias = random(1, 3, 4, 5), random(2, 2, 2, 5), random(2)
        graph = Graph()
        numbers = [graph.tensor(x.shape), graph.tensor(weight), graph.tensor(bias)]
        result = graph.tensor((1, 6, 8, 2))
        graph.add("Convolution2DTransposeBias", numbers, result, struct.pack("<3i", 1, 2, 2))
        expected = np.zeros((1, 6, 8, 2), np.float32)
        for r in range(6):
            for c in range(8):
                expected[0, r, c] = weight[:, r % 2, c % 2] @ x[0, r // 2, c // 2] + bias
        np.testing.assert_allclose(answer(graph, [0], result, x), expected, rtol=1e-4, atol=1e-4)


class Elementwise(unittest.TestCase):
    def unary(self, name: str, x: np.ndarray) -> np.ndarray:
        graph = Graph()
        result = (graph.tensor(x.shape), graph.tensor(x.shape))[1]
        graph.add(name, [0], result)
        return answer(graph, [0], result, x)

    def test_activations(self) -> None:
        x = np.linspace(-8, 8, 48, dtype=np.float32).reshape(1, 4, 4, 3)
        for name, expected in {
            "RELU": x.clip(0),
            "RELU6": x.clip(0, 6),
            "HARD_SWISH": x * (x + 3).clip(0, 6) / 6,
            "LOGISTIC": 1 / (1 + np.exp(-x)),
            "TANH": np.tanh(x),
        }.items():
            with self.subTest(name):
                np.testing.assert_allclose(self.unary(name, x), expected, rtol=1e-5, atol=1e-6)

    def test_sums_and_products_spread_single_pixels(self) -> None:
        x, y = random(1, 4, 5, 3), random(1, 1, 1, 3)
        for name, expected in (("ADD", x + y), ("MUL", x * y)):
            graph = Graph()
            graph.tensor(x.shape), graph.tensor(y.shape)
            result = graph.tensor(x.shape)
            options = {"ADD": "AddOptions", "MUL": "MulOptions"}[name]
            graph.add(name, [0, 1], result, options, FusedActivationFunction=RELU)
            found = answer(graph, [0, 1], result, x, y)
            np.testing.assert_allclose(found, expected.clip(0), rtol=1e-5, atol=1e-6)


class WholePicture(unittest.TestCase):
    def pool(self, x: np.ndarray, height: int) -> np.ndarray:
        graph = Graph()
        graph.tensor(x.shape)
        result = graph.tensor((1, 1, 1, x.shape[3]))
        graph.add("AVERAGE_POOL_2D", [0], result, "Pool2DOptions", Padding=VALID, FilterHeight=height,
                  FilterWidth=x.shape[2], StrideH=1, StrideW=1, FusedActivationFunction=NONE)
        return answer(graph, [0], result, x)

    def test_the_average_over_the_whole_picture(self) -> None:
        x = random(1, 4, 6, 3)
        np.testing.assert_allclose(self.pool(x, 4), x.mean((1, 2), keepdims=True), rtol=1e-5, atol=1e-6)

    def test_an_average_over_a_part_is_refused(self) -> None:
        with self.assertRaisesRegex(ExportError, "less than the whole picture"):
            self.pool(random(1, 4, 6, 3), 2)

    def resize(self, x: np.ndarray, size: tuple[int, int], **flags: bool) -> np.ndarray:
        graph = Graph()
        graph.tensor(x.shape), graph.tensor(np.array(size, np.int32))
        result = graph.tensor((1, *size, x.shape[3]))
        graph.add("RESIZE_BILINEAR", [0, 1], result, "ResizeBilinearOptions", **flags)
        return answer(graph, [0], result, x)

    def test_resize_with_half_pixel_centres(self) -> None:
        x = np.array([0, 4], np.float32).reshape(1, 1, 2, 1)
        np.testing.assert_allclose(self.resize(x, (1, 4), HalfPixelCenters=True).ravel(), [0, 1, 3, 4])

    def test_resize_with_aligned_corners(self) -> None:
        x = np.array([0, 3], np.float32).reshape(1, 1, 2, 1)
        np.testing.assert_allclose(self.resize(x, (1, 4), AlignCorners=True).ravel(), [0, 1, 2, 3], rtol=1e-6)

    def test_the_oldest_resize_is_refused(self) -> None:
        with self.assertRaisesRegex(ExportError, "no twin in PyTorch"):
            self.resize(random(1, 2, 2, 1), (4, 4))


class Refusals(unittest.TestCase):
    def refused(self, why: str, content: bytes) -> None:
        with self.assertRaisesRegex(ExportError, why):
            network_from(content)

    def test_other_files(self) -> None:
        self.refused("not a .tflite file", b"")
        self.refused("not a .tflite file", b"\x89PNG\r\n\x1a\n" * 4)

    def test_unknown_operators_are_named(self) -> None:
        graph = Graph([(1, 2, 2, 1), (1, 2, 2, 1)])
        graph.add("FLOOR", [0], 1)
        self.refused("operator FLOOR is not supported; there are ADD", graph.bytes([0], [1]))

    def test_quantised_weights_are_refused(self) -> None:
        graph = Graph([(1, 2, 2, 1), np.zeros((1, 1, 1, 1), np.uint8), (1, 2, 2, 1)])
        graph.add("CONV_2D", [0, 1], 2, "Conv2DOptions", Padding=SAME, StrideH=1, StrideW=1)
        self.refused("tensor 1 is sparse or of type 3", graph.bytes([0], [2]))

    def test_a_computed_tensor_where_weights_belong_is_refused(self) -> None:
        graph = Graph([(1, 2, 2, 1), (1, 1, 1, 1), (1, 2, 2, 1)])
        graph.add("CONV_2D", [0, 1], 2, "Conv2DOptions", Padding=SAME, StrideH=1, StrideW=1)
        self.refused("tensor 1 is computed where a constant is needed", graph.bytes([0], [2]))

    def test_options_that_are_missing_are_named(self) -> None:
        graph = Graph([(1, 2, 2, 1), np.zeros((1, 1, 1, 1), np.float32), (1, 2, 2, 1)])
        graph.add("CONV_2D", [0, 1], 2)
        self.refused("operator CONV_2D lacks its options", graph.bytes([0], [2]))


class SamePadding(unittest.TestCase):
    def test_the_odd_zero_goes_after(self) -> None:
        self.assertEqual(same_padding(256, 3, 2, 1), (0, 1))
        self.assertEqual(same_padding(255, 3, 2, 1), (1, 1))
        self.assertEqual(same_padding(16, 5, 1, 1), (2, 2))
        self.assertEqual(same_padding(16, 1, 2, 1), (0, 0))
        self.assertEqual(same_padding(16, 3, 1, 2), (2, 2))


if __name__ == "__main__":
    unittest.main()
