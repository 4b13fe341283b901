"""The command with --format pt, and its refusals: quick, because nothing is compiled."""

import os
import subprocess
import sys
import unittest
import unittest.mock
from pathlib import Path

import torch
from running import ExportCase
from sample_networks import Classifier, Matting, classifier_example

CLASSIFIER = ("sample_networks:Classifier", "--format", "pt", "--input", "x:float32:batch=4,8")


class TorchScriptExport(ExportCase):
    def test_the_folder_holds_a_program_that_answers_as_the_module_does(self) -> None:
        said = self.export(*CLASSIFIER, "--dynamic", "batch=1..64", "--output", "scores")
        self.assertIn("check   model.pt: output 0 at batch=9: difference", said)
        program = torch.jit.load(str(self.model / "model.pt"))
        x = classifier_example()
        torch.testing.assert_close(program(x), Classifier().eval()(x), rtol=1e-5, atol=1e-5)
        self.assertEqual(self.toml(), {
            "name": "model",
            "task": "tensor",
            "code": [{"file": "model.pt"}],
            "input": [{"name": "x", "dtype": "float32", "shape": ["batch", 8]}],
            "output": [{"name": "scores", "dtype": "float32", "shape": ["batch", 3]}],
            "dims": {"batch": [1, 64]},
        })

    def test_an_example_can_come_from_a_callable(self) -> None:
        self.export("sample_networks:Classifier", "--format", "pt", "--example",
                    "sample_networks:classifier_example", "--dynamic", "batch@x.0=1..64")
        self.assertEqual(self.toml()["input"][0]["shape"], ["batch", 8])

    def test_what_cannot_be_scripted_is_traced(self) -> None:
        self.assertIn("trace", self.export("sample_networks:KeywordOnly", "--format", "pt"))

    def test_a_size_that_depends_on_values_gets_a_name_of_its_own(self) -> None:
        self.export("sample_networks:Unique", "--format", "pt")
        found = self.toml()
        self.assertEqual(found["output"][0]["shape"], ["output_0"])
        self.assertEqual(found["dims"]["n"], [1, 100])
        self.assertEqual(found["dims"]["output_0"], [0, 2**31 - 1])

    def test_a_mask_network_gets_a_mask_table(self) -> None:
        self.export("sample_networks:Matting", "--format", "pt", "--task", "mask", "--size", "32,48",
                    "--mean", "0.5,0.5,0.5", "--no-antialias", "--description", "cuts out")
        self.assertEqual(self.toml(), {
            "name": "model", "description": "cuts out", "task": "mask", "code": [{"file": "model.pt"}],
            "mask": {"size": [32, 48], "antialias": False, "mean": [0.5, 0.5, 0.5]},
        })

    def test_an_existing_program_is_taken_byte_for_byte(self) -> None:
        path = self.root / "old.pt"
        torch.jit.script(Classifier().eval()).save(str(path))
        said = self.export(path, "--input", "x:float32:batch,8", "--reference", "sample_networks:Classifier")
        self.assertIn("difference 0", said)
        self.assertEqual((self.model / "model.pt").read_bytes(), path.read_bytes())

    def test_an_existing_program_without_a_reference_says_that_nothing_was_compared(self) -> None:
        path = self.root / "old.pt"
        torch.jit.script(Matting().eval()).save(str(path))
        said = self.export(path, "--task", "mask", "--size", "16,16")
        self.assertIn("compared with nothing", said)

    def test_force_replaces_a_model_folder_and_nothing_else(self) -> None:
        self.export(*CLASSIFIER)
        self.assertIn("exists; choose another", self.refused(*CLASSIFIER))
        self.export(*CLASSIFIER, "--force", "--description", "second")
        self.assertEqual(self.toml()["description"], "second")
        other = self.root / "photos"
        other.mkdir()
        self.assertIn("not a model folder", self.refused(*CLASSIFIER, "--force", folder=other))

    def test_it_runs_as_a_module_from_the_folder_of_the_network(self) -> None:
        here = Path(__file__).parent
        path = os.pathsep.join(filter(None, (str(here.parent), os.environ.get("PYTHONPATH"))))
        words = [sys.executable, "-m", "samovar.export", *CLASSIFIER, "-o", str(self.model)]
        done = subprocess.run(words, cwd=here, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn(f"wrote   {self.model}", done.stderr)


class Refusals(ExportCase):
    def test_an_artefact_beyond_the_tolerance_prints_the_numbers(self) -> None:
        said = self.refused("sample_networks:Dishonest", "--format", "pt")
        self.assertIn("difference 0.01, BEYOND 0.0001", said)
        self.assertIn("--tolerance", said)
        self.export("sample_networks:Dishonest", "--format", "pt", "--tolerance", "0.02")

    def test_a_trace_that_is_wrong_at_another_size_is_refused(self) -> None:
        said = self.refused("sample_networks:Conditional", "--format", "pt", "--torchscript", "trace")
        self.assertIn("model.pt: output 0 at n=1: difference 2, BEYOND", said)
        self.export("sample_networks:Conditional", "--format", "pt")

    def test_a_module_that_fails_at_its_stated_sizes_is_named(self) -> None:
        said = self.refused("sample_networks:AtLeastFive", "--format", "pt")
        self.assertIn("the model itself fails at n=1", said)
        self.export("sample_networks:AtLeastFive", "--format", "pt", "--dynamic", "n=5..100")
        self.assertEqual(self.toml()["dims"], {"n": [5, 100], "output_1": [0, 2**31 - 1]})

    def test_a_given_size_that_the_parameters_contradict_is_to_be_corrected_where_it_was_given(self) -> None:
        for size in ("9", "n"):
            for kind in ("pt", "pt2"):
                said = self.refused("sample_networks:Classifier", "--format", kind, "--input", f"x:float32:3,{size}")
                with self.subTest(size=size, kind=kind):
                    self.assertIn("the model itself fails at", said)
                    self.assertIn("as numbers in --input", said)
                    self.assertEqual("--dynamic" in said, size == "n")
                    self.assertNotIn("Traceback", said)

    def test_what_is_no_network_is_named(self) -> None:
        for spec, why in {
            "sample_networks:no_network": "gave a int, not a torch.nn.Module",
            "sample_networks:missing": "has no attribute 'missing'",
            "no_such_module_here:f": "No module named 'no_such_module_here'",
            "sample_networks": "expected MODULE:CALLABLE",
            "sample_networks:fails": "ValueError: the checkpoint is not here",
        }.items():
            with self.subTest(spec):
                self.assertIn(why, self.refused(spec, "--input", "x:float32:2"))

    def test_files_that_are_no_artefact_are_named(self) -> None:
        text, weights = self.root / "text.pt", self.root / "weights.pt"
        text.write_text("hello")
        torch.save(Classifier().state_dict(), weights)
        for path, why in ((self.root / "none.pt", "no such file"), (text, "neither TorchScript nor"),
                          (weights, "no TorchScript program")):
            with self.subTest(path.name):
                self.assertIn(why, self.refused(path, "--input", "x:float32:2,8"))

    def test_a_finished_program_cannot_become_another_format(self) -> None:
        path = self.root / "old.pt"
        torch.jit.script(Classifier().eval()).save(str(path))
        self.assertIn("--format can only be pt", self.refused(path, "--format", "pt2", "--input", "x:float32:2,8"))

    def test_a_weights_file_for_what_brings_its_own_is_refused(self) -> None:
        self.assertIn("--weights goes with a compiled .pt2", self.refused(*CLASSIFIER, "--weights", "w.safetensors"))

    def test_ending_the_program_leaves_nothing(self) -> None:
        here = Path(__file__).parent
        path = os.pathsep.join(filter(None, (str(here.parent), os.environ.get("PYTHONPATH"))))
        words = [sys.executable, "-m", "samovar.export", "sample_networks:EndsTheProgram", "--format", "pt",
                 "-o", str(self.model)]
        done = subprocess.run(words, cwd=here, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 143, done.stderr)
        self.assertEqual(list(self.root.iterdir()), [])

    def test_a_dict_of_outputs_is_refused_with_the_way_out(self) -> None:
        self.assertIn("--format pt2", self.refused("sample_networks:Nested", "--format", "pt"))

    def test_a_network_of_another_shape_is_no_mask(self) -> None:
        said = self.refused("sample_networks:Classifier", "--format", "pt", "--task", "mask", "--size", "32,48",
                            "--input", "x:float32:4,8")
        self.assertIn("task mask needs a network from float32 [1, 3, 32, 48]", said)

    def test_cuda_without_a_gpu_is_refused(self) -> None:
        with unittest.mock.patch("torch.cuda.is_available", return_value=False):
            self.assertIn("PyTorch sees none here", self.refused(*CLASSIFIER, "--device", "cuda"))

    def test_usage_errors_end_with_2(self) -> None:
        for words in ((), ("a:b", "--recipe", "selfie"), ("--recipe", "selfie"), ("a:b", "--size", "3,3"),
                      ("a:b", "--task", "mask"), ("a:b", "--format", "onnx"), ("a:b", "--mean", "1,2")):
            with self.subTest(words):
                self.assertEqual(self.run_export(*words)[0], 2)
        self.assertIs(self.model.exists(), False)


if __name__ == "__main__":
    unittest.main()
