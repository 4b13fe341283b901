"""One export from order to folder: find, settle, compile, check, describe, and only then appear."""

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from .aoti import CompileOptions, write_package
from .artefact import PackageArtefact, flat_tensors, load_artefact
from .check import Difference, Run, Runs, compare, run_reference, words
from .describe import describe
from .errors import ExportError
from .folder import appearing
from .halves import TOLERANCE, check_device, in_halves
from .limits import check_description, check_mask, check_text
from .manifest import Code, Manifest, write_manifest
from .order import Order
from .plan import Plan, settle
from .source import Source, eager_module, find_source
from .torchscript import write_torchscript
from .weights import map_weights, write_weights
from .words import count_of, in_bytes

WEIGHTS_FILE = "weights.safetensors"
Say = Callable[[str], None]
Describe = Callable[[Order, Plan, list[Code], Runs], Manifest]


def say_to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def export(
    order: Order, say: Say = say_to_stderr, source: Source | None = None, describe: Describe = describe
) -> Path:
    """Writes the model folder and returns it.

    `source` stands in for order.spec where it is given, and `describe` says what model.toml holds.

    Raises ExportError, and leaves nothing behind, when the model cannot be exported or the artefact
    differs from eager PyTorch by more than the tolerance.
    """
    order.check()
    check_description(order.description)
    if order.mask is not None:
        check_mask(order.mask)
    if order.text is not None:
        check_text(order.text)
    if order.device == "cuda" and not torch.cuda.is_available():
        raise ExportError("--device cuda compiles for the GPU of this machine, and PyTorch sees none here; "
                          "run it on a machine with one, or use --device cpu")
    source = source or find_source(order.spec)
    formats = chosen_formats(order, source)
    if order.precision is not None:
        order = with_precision(order, formats)
    plan = settle(order, source)
    for spec in plan.inputs:
        say(f"input   {spec}")
    with appearing(order.folder) as staging:
        codes = write_codes(order, source, plan, formats, staging, say)
        runs, compared = reference_runs(order, source, plan, staging, codes)
        check_codes(order, plan, staging, codes, runs if compared else None, say)
        if order.text is not None:
            shutil.copyfile(order.text.vocabulary, staging / order.text.vocabulary.name)
        manifest = describe(order, plan, codes, runs)
        for spec in manifest.outputs:
            say(f"output  {spec}")
        write_manifest(staging / "model.toml", manifest)
    say(f"wrote   {order.folder}")
    return order.folder


def with_precision(order: Order, formats: tuple[str, ...]) -> Order:
    """The order with the tolerance that its precision takes; raises ExportError where it cannot be had."""
    if order.text is None:
        raise ExportError("--precision is for tasks of texts: what other networks take and give would change, too; "
                          "give it a module that computes so")
    if formats != ("pt2",):
        raise ExportError("--precision is for --format pt2; TorchScript is converted at its load, by `precision` in "
                          "model.toml")
    check_device(order.precision, order.device)
    return replace(order, tolerance=order.tolerance or TOLERANCE[order.precision])


def chosen_formats(order: Order, source: Source) -> tuple[str, ...]:
    """An existing artefact keeps its format: neither kind can be turned into the other."""
    if order.weights is not None and source.artefact_format != "pt2":
        raise ExportError("--weights goes with a compiled .pt2; an eager module and TorchScript bring their own")
    if source.artefact is None:
        return order.formats or ("pt2",)
    own = source.artefact_format or ""
    if order.formats and order.formats != (own,):
        raise ExportError(f"{source.artefact} is a finished .{own}, so --format can only be {own}; "
                          "for the other one, export the eager module as MODULE:CALLABLE")
    if order.bake and own == "pt2":
        raise ExportError(f"{source.artefact} is compiled already; --bake needs the eager module")
    return (own,)


def write_codes(
    order: Order, source: Source, plan: Plan, formats: tuple[str, ...], folder: Path, say: Say
) -> list[Code]:
    """Writes code and weights; returns the [[code]] entries in model.toml's order."""
    codes = []
    for kind in formats:
        path = folder / f"model.{kind}"
        begin = time.monotonic()
        if source.artefact is not None:
            how, weights = take_artefact(order, source.artefact, path)
        elif kind == "pt":
            assert source.module is not None
            how = write_torchscript(source.module, plan.example, order.torchscript, path)
            weights = {}
        else:
            assert source.module is not None
            options = CompileOptions(order.device, order.bake, order.simdlen)
            module = in_halves(source.module, order.precision) if order.precision else source.module
            weights = write_package(module.to(order.device), plan, options, path)
            source.module.cpu()
            how = f"AOTInductor for {order.device}" + (", weights baked in" if order.bake else "")
            how += f", {order.precision}" if order.precision else ""
        say(f"code    {path.name}: {in_bytes(path.stat().st_size)}, {how}, {time.monotonic() - begin:.1f} s")
        if weights:
            write_weights(folder / WEIGHTS_FILE, weights)
            nbytes = sum(tensor.nbytes for tensor in weights.values())
            say(f"weights {WEIGHTS_FILE}: {in_bytes(nbytes)} in {count_of(len(weights), 'tensor')}")
        device = order.device if kind == "pt2" else None
        codes.append(Code(path.name, device, WEIGHTS_FILE if weights else None))
    return codes


def take_artefact(order: Order, artefact: Path, path: Path) -> tuple[str, dict[str, Tensor]]:
    """Copies a finished artefact, and of --weights the constants that it asks for."""
    shutil.copyfile(artefact, path)
    if path.suffix == ".pt":
        return "TorchScript, taken as it is", {}
    package = PackageArtefact(path, order.device, None)
    if order.weights is None:
        if not package.holds_constants():
            raise ExportError(f"{artefact} was compiled without its weights: give --weights FILE.safetensors")
        return "compiled, taken as it is", {}
    if not order.weights.is_file():
        raise ExportError(f"--weights {order.weights}: no such file")
    given = map_weights(order.weights)
    asked = set(package.constant_names().values())
    if missing := sorted(asked - set(given)):
        raise ExportError(f"{order.weights} lacks constants that {artefact} asks for: {', '.join(missing)}")
    return "compiled, taken as it is", {name: given[name] for name in sorted(asked)}


def reference_runs(
    order: Order, source: Source, plan: Plan, folder: Path, codes: list[Code]
) -> tuple[Runs, bool]:
    """What the model returns at each of the plan's sizes, and whether that is eager PyTorch's word.

    Without an eager network (an artefact and no --reference) the artefact speaks for itself.
    """
    module: nn.Module | None = source.module if source.artefact is None else None
    if order.reference is not None:
        module = eager_module(order.reference, "--reference")
    if module is None:
        artefact = load(order, folder, codes[0])
        return run_reference(artefact, plan, order.device), False
    module = module.to(order.device)

    def eager(inputs: tuple[Tensor, ...]) -> list[Tensor]:
        with torch.inference_mode():
            return flat_tensors(module(*inputs), "forward")

    return run_reference(eager, plan, order.device), True


def load(order: Order, folder: Path, code: Code) -> Run:
    return load_artefact(folder / code.file, order.device, folder / code.weights if code.weights else None).run


def check_codes(
    order: Order,
    plan: Plan,
    folder: Path,
    codes: list[Code],
    runs: Runs | None,
    say: Say,
) -> None:
    """Prints how far each code is from `runs`; raises ExportError if one is beyond its tolerance."""
    if runs is None:
        say("check   runs; compared with nothing: give --reference MODULE:CALLABLE for the eager network")
        return
    failed: list[Difference] = []
    for code in codes:
        artefact = load(order, folder, code)
        for sizes, expected in runs:
            inputs = tuple(value.to(order.device) for value in plan.values(sizes))
            differences = compare(expected, artefact(inputs), words(sizes), order.tolerance)
            failed += [difference for difference in differences if not difference.passes]
            for difference in differences:
                say(f"check   {code.file}: {difference}")
    if failed:
        worst = max(failed, key=lambda difference: difference.error)
        raise ExportError(f"the artefact differs from eager PyTorch by {worst.error:.2g}, more than "
                          f"{worst.limit:.2g} (|artefact - eager| / (1 + |eager|)); nothing was written. "
                          "If this is the expected rounding, state it with --tolerance")
