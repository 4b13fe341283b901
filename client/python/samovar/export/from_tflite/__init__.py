"""Reads networks from .tflite files into PyTorch: floating-point ones, weights in 32 or 16 bits.

Pictures are [1, height, width, channels] there and [batch, channels, height, width] here,
inputs and outputs included.
"""

from .network import network_from

__all__ = ["network_from"]
