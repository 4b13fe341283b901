"""model.toml: what is written is what a TOML reader finds."""

import tomllib
import unittest

import torch
from samovar.export.manifest import Code, Manifest, render
from samovar.export.order import MaskOptions
from samovar.export.tensors import Dim, TensorSpec


class Render(unittest.TestCase):
    def test_task_tensor_has_tensors_and_dims(self) -> None:
        manifest = Manifest(
            name="m",
            codes=(Code("model.pt2", "cpu", "weights.safetensors"), Code("model.pt")),
            inputs=(TensorSpec("x", torch.uint8, ("h", 3), "image"), TensorSpec("t", torch.int64, ())),
            outputs=(TensorSpec("y", torch.bfloat16, ("h",)),),
            dims={"h": Dim(2, 9)},
        )
        self.assertEqual(tomllib.loads(render(manifest)), {
            "name": "m",
            "task": "tensor",
            "code": [{"file": "model.pt2", "device": "cpu", "weights": "weights.safetensors"}, {"file": "model.pt"}],
            "input": [{"name": "x", "dtype": "uint8", "shape": ["h", 3], "kind": "image"},
                      {"name": "t", "dtype": "int64", "shape": []}],
            "output": [{"name": "y", "dtype": "bfloat16", "shape": ["h"]}],
            "dims": {"h": [2, 9]},
        })

    def test_task_mask_has_the_keys_that_were_given(self) -> None:
        mask = MaskOptions((320, 256), antialias=True, mean=(0.5, 0.5, 0.5), scale=1 / 255, range=(0.0, 0.9))
        text = render(Manifest(name="m", codes=(Code("model.pt"),), mask=mask))
        self.assertEqual(tomllib.loads(text), {
            "name": "m",
            "task": "mask",
            "code": [{"file": "model.pt"}],
            "mask": {"size": [320, 256], "antialias": True, "scale": 1 / 255, "mean": [0.5, 0.5, 0.5],
                     "range": [0.0, 0.9]},
        })

    def test_any_text_survives(self) -> None:
        text = 'a "quoted" \\ back\nnew\ttab \x7f \x01 snow \u2603 \U0001f600'
        manifest = Manifest(name="m", codes=(), description=text)
        self.assertEqual(tomllib.loads(render(manifest))["description"], text)

    def test_further_keys_stand_at_the_top(self) -> None:
        manifest = Manifest(name="m", codes=(Code("a.pt"),), extra={"max_run": "1s", "threads": 2})
        found = tomllib.loads(render(manifest))
        self.assertEqual((found["max_run"], found["threads"]), ("1s", 2))


if __name__ == "__main__":
    unittest.main()
