"""The recipe for the demo's network, from the real wheel."""

import os
import unittest
import zipfile
from pathlib import Path

import safetensors.torch
import torch
from running import ExportCase
from samovar.export.artefact import load_artefact
from samovar.export.recipes.portrait import draw_portrait
from samovar.export.recipes.selfie import MEMBER


def wheel() -> Path:
    """The wheel that ./dev keeps, or the one that SAMOVAR_MEDIAPIPE_WHEEL names."""
    named = os.environ.get("SAMOVAR_MEDIAPIPE_WHEEL")
    if named:
        return Path(named)
    downloads = Path(__file__).resolve().parents[3] / "build" / "downloads"
    found = sorted(downloads.glob("mediapipe-0.10.14-*.whl"))
    if not found:
        raise AssertionError(f"no wheel of mediapipe 0.10.14 in {downloads}: ./dev test brings it, or name one "
                             "in SAMOVAR_MEDIAPIPE_WHEEL")
    return found[0]


class Selfie(ExportCase):
    def test_both_formats_find_the_person_and_agree(self) -> None:
        self.export("--recipe", "selfie", "--wheel", wheel(), "--format", "both")
        found = self.toml()
        self.assertEqual(found["task"], "mask")
        self.assertEqual([code["file"] for code in found["code"]], ["model.pt2", "model.pt"])
        self.assertEqual(found["mask"]["size"], [256, 256])
        stored = safetensors.torch.load_file(self.model / "weights.safetensors")
        parameters = sum(t.numel() for name, t in stored.items() if not name.startswith("__pad_"))
        self.assertEqual(parameters, 106_401)
        portrait = draw_portrait(256, 256)
        compiled = load_artefact(self.model / "model.pt2", "cpu", self.model / "weights.safetensors")
        masks = [compiled.run((portrait,))[0], load_artefact(self.model / "model.pt", "cpu", None).run((portrait,))[0]]
        torch.testing.assert_close(masks[0], masks[1], rtol=0, atol=1e-3)
        for place, inside in {"face": (97, 128), "chest": (210, 128), "hair": (40, 128)}.items():
            self.assertGreater(masks[0][0, 0, *inside], 0.9, place)
        for place, outside in {"corner": (10, 10), "beside": (100, 30), "right": (120, 230)}.items():
            self.assertLess(masks[0][0, 0, *outside], 0.1, place)

    def test_the_range_of_the_mask_can_be_another(self) -> None:
        self.export("--recipe", "selfie", "--wheel", wheel(), "--format", "pt", "--range", "0.1,0.9", "--name", "me")
        self.assertEqual(self.toml()["mask"]["range"], [0.1, 0.9])
        self.assertEqual(self.toml()["mask"]["interpolation"], "bilinear")
        self.assertEqual(self.toml()["name"], "me")

    def test_another_size_is_refused(self) -> None:
        said = self.refused("--recipe", "selfie", "--wheel", wheel(), "--format", "pt", "--size", "128,128")
        self.assertIn("task mask needs a network from float32 [1, 3, 128, 128]", said)

    def test_another_file_of_that_name_is_refused(self) -> None:
        other = self.root / "mediapipe-9.whl"
        with zipfile.ZipFile(other, "w") as archive:
            archive.writestr(MEMBER, b"not the network")
        said = self.refused("--recipe", "selfie", "--wheel", other)
        self.assertRegex(said, "has sha256 [0-9a-f]{64}, expected 9ee168ec")

    def test_a_wheel_without_the_network_is_refused(self) -> None:
        other = self.root / "other.whl"
        with zipfile.ZipFile(other, "w") as archive:
            archive.writestr("readme", b"")
        self.assertIn("pip download --no-deps mediapipe==0.10.14", self.refused("--recipe", "selfie", "--wheel", other))
        missing = self.root / "none.whl"
        self.assertIn("pip download", self.refused("--recipe", "selfie", "--wheel", missing))


if __name__ == "__main__":
    unittest.main()
