"""TFLite's padding, which PyTorch has no name for."""

import tflite
from torch import nn

from ..errors import ExportError


def same_padding(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Zeros before and after one axis for ceil(size / stride) results; the odd one goes after.

    From TFLite's ComputePaddingHeightWidth (tensorflow/lite/kernels/padding.h).
    """
    reach = dilation * (kernel - 1) + 1
    results = -(-size // stride)
    total = max(0, (results - 1) * stride + reach - size)
    return total // 2, total - total // 2


def padding_before(
    mode: int, image: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
) -> tuple[nn.Module | None, tuple[int, int]]:
    """For [height, width]: a layer to run first (or none), and what a convolution can pad by itself.

    A convolution pads both ends alike, which is enough for most layers and cheaper than a copy.
    """
    if mode == tflite.Padding.VALID:
        return None, (0, 0)
    if mode != tflite.Padding.SAME:
        raise ExportError(f"padding mode {mode}; SAME and VALID are supported")
    (top, bottom), (left, right) = (
        same_padding(*axis) for axis in zip(image, kernel, stride, dilation)
    )
    if top == bottom and left == right:
        return None, (top, left)
    return nn.ZeroPad2d((left, right, top, bottom)), (0, 0)
