"""The command with AOTInductor. Compiling takes its time, so each compiled folder serves several tests."""

import tempfile
import unittest
import zipfile
from pathlib import Path

import safetensors.torch
import torch
from running import ExportCase
from samovar.export.artefact import load_artefact
from samovar.export.weights import PAD_PREFIX, map_weights, write_weights
from sample_networks import Awkward, Classifier, classifier_example


def run(folder: Path, inputs: tuple[torch.Tensor, ...], weights: Path | None = None) -> list[torch.Tensor]:
    return load_artefact(folder / "model.pt2", "cpu", weights or folder / "weights.safetensors").run(inputs)


class Compiled(ExportCase):
    """One export for the class, made by its first test that asks."""

    arguments: tuple[str, ...]

    @classmethod
    def setUpClass(cls) -> None:
        shared = tempfile.TemporaryDirectory(prefix="samovar-test-")
        cls.addClassCleanup(shared.cleanup)
        cls.folder = Path(shared.name) / "compiled"
        case = cls()
        code, cls.said = case.run_export(*cls.arguments, folder=cls.folder)
        if code != 0:
            raise AssertionError(cls.said)


class WeightsApart(Compiled):
    arguments = ("sample_networks:Awkward", "--format", "both", "--output", "scores", "--output", "mixed")

    def test_both_formats_are_compared_at_every_size(self) -> None:
        for file in ("model.pt2", "model.pt"):
            for sizes in ("batch=3, length=5", "batch=1, length=1", "batch=7, length=12"):
                for output, limit in (("0", "0.0001"), ("1", "0.01")):
                    self.assertRegex(self.said, f"check   {file}: output {output} at {sizes}: .* within {limit}")

    def test_the_toml_puts_the_compiled_code_first(self) -> None:
        found = self.toml(self.folder)
        self.assertEqual(found["code"], [
            {"file": "model.pt2", "device": "cpu", "weights": "weights.safetensors"}, {"file": "model.pt"}])
        self.assertEqual([item["shape"] for item in found["output"]], [["batch", 50], ["batch", 4]])
        self.assertEqual([item["dtype"] for item in found["output"]], ["float32", "float16"])
        self.assertEqual(found["dims"], {"batch": [1, 64], "length": [1, 32]})

    def test_the_weights_file_holds_each_constant_under_its_original_name(self) -> None:
        stored = safetensors.torch.load_file(self.folder / "weights.safetensors")
        package = load_artefact(self.folder / "model.pt2", "cpu", None)
        asked = set(package.constant_names().values())
        self.assertEqual({name for name in stored if not name.startswith(PAD_PREFIX)}, asked)
        network = Awkward().eval()
        for name, tensor in {**network.state_dict(), "scale": network.scale}.items():
            if name in stored:
                self.assertTrue(torch.equal(stored[name], tensor), name)
        for name in ("norm.running_mean", "norm.weight", "scale", "order", "strided"):
            self.assertIn(name, asked)

    def test_tied_weights_are_stored_once(self) -> None:
        stored = map_weights(self.folder / "weights.safetensors")
        self.assertEqual(sum(tensor.shape == (50, 16) for tensor in stored.values()), 1)

    def test_the_package_holds_neither_weights_nor_sources(self) -> None:
        with zipfile.ZipFile(self.folder / "model.pt2") as package:
            self.assertFalse([n for n in package.namelist() if n.endswith(".cpp") or "/weights/" in n])

    def test_other_weights_work_without_compiling(self) -> None:
        network = Awkward().eval().requires_grad_(False)
        stored = {name: tensor.clone() for name, tensor in map_weights(self.folder / "weights.safetensors").items()}
        generator = torch.Generator().manual_seed(9)
        for name, tensor in {**network.state_dict(), "scale": network.scale}.items():
            if tensor.is_floating_point():
                tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
            if name in stored:
                stored[name] = tensor
        other = self.root / "other.safetensors"
        write_weights(other, stored)
        inputs = tuple(Awkward.example_inputs.values())
        for found, expected in zip(run(self.folder, inputs, other), network(*inputs)):
            torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)

    def test_a_compiled_package_is_taken_with_its_weights(self) -> None:
        package, weights = self.folder / "model.pt2", self.folder / "weights.safetensors"
        inputs = ("--input", "ids:int64:batch=2,length=3", "--input", "x:float32:batch=2,4")
        self.assertIn("compiled without its weights", self.refused(package, *inputs))
        few = self.root / "few.safetensors"
        write_weights(few, {"scale": torch.zeros(50)})
        self.assertIn("lacks constants that", self.refused(package, *inputs, "--weights", few))
        self.export(package, *inputs, "--weights", weights, "--reference", "sample_networks:Awkward")
        self.assertEqual((self.model / "model.pt2").read_bytes(), package.read_bytes())
        taken, given = map_weights(self.model / "weights.safetensors"), map_weights(weights)
        self.assertEqual(sorted(taken), sorted(given))
        for name, tensor in given.items():
            self.assertTrue(torch.equal(taken[name], tensor), name)


class Baked(Compiled):
    arguments = ("sample_networks:Classifier", "--bake", "--simdlen", "256", "--example",
                 "sample_networks:classifier_example", "--dynamic", "batch@x.0=1..64")

    def test_the_weights_are_inside(self) -> None:
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["model.pt2", "model.toml"])
        self.assertEqual(self.toml(self.folder)["code"], [{"file": "model.pt2", "device": "cpu"}])
        found = load_artefact(self.folder / "model.pt2", "cpu", None).run((classifier_example()[:3],))
        expected = Classifier().eval()(classifier_example()[:3])
        torch.testing.assert_close(found[0], expected, rtol=1e-4, atol=1e-4)

    def test_it_can_be_taken_again_without_a_weights_file(self) -> None:
        said = self.export(self.folder / "model.pt2", "--input", "x:float32:batch=2,8", "--dynamic", "batch=1..64")
        self.assertIn("compared with nothing", said)
        self.assertEqual(self.toml()["output"][0]["shape"], ["batch", 3])

    def test_inputs_that_it_was_not_compiled_for_are_refused(self) -> None:
        said = self.refused(self.folder / "model.pt2", "--input", "x:float32:batch=2,9")
        self.assertIn("the model itself fails at batch=2", said)

    def test_it_cannot_be_baked_again(self) -> None:
        said = self.refused(self.folder / "model.pt2", "--bake", "--input", "x:float32:batch=2,8")
        self.assertIn("--bake needs the eager module", said)


class ExportedProgram(ExportCase):
    def test_a_saved_program_keeps_its_example_and_its_sizes(self) -> None:
        batch = torch.export.Dim("batch", min=2, max=32)
        program = torch.export.export(Classifier().eval(), (classifier_example(),), dynamic_shapes=({0: batch},))
        path = self.root / "saved.pt2"
        torch.export.save(program, path)
        self.export(path)
        found = self.toml()
        name = found["input"][0]["shape"][0]
        self.assertEqual(found["input"], [{"name": "x", "dtype": "float32", "shape": [name, 8]}])
        self.assertEqual(found["output"][0]["shape"], [name, 3])
        self.assertEqual(found["dims"], {name: [2, 32]})
        expected = Classifier().eval()(classifier_example())
        torch.testing.assert_close(run(self.model, (classifier_example(),))[0], expected, rtol=1e-4, atol=1e-4)


if __name__ == "__main__":
    unittest.main()
