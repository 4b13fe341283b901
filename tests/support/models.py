#!/usr/bin/env python3
"""Writes the model folders that tests and benchmarks run: models.py OUTDIR [NAME...]

Without names: every model that needs no compiler, in seconds. `all` adds the compiled ones, which
take 10 to 30 s each, but for those of a single benchmark. A folder whose sources have not changed
since is left as it is.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "client" / "python"))

import networks  # noqa: E402
import torch  # noqa: E402
from samovar import export as exporting  # noqa: E402
from samovar.export.describe import describe  # noqa: E402
from samovar.export.manifest import Manifest  # noqa: E402
from samovar.export.order import TextOptions  # noqa: E402
from samovar.export.source import Source  # noqa: E402
from torch import nn  # noqa: E402


@dataclass(frozen=True)
class Recipe:
    """How a folder is made: the network, its formats, and what model.toml says beyond or against it."""

    network: Callable[[], nn.Module]
    formats: tuple[str, ...] = ("pt",)
    bake: bool = False
    extra: dict[str, str | int] = field(default_factory=dict)  # further keys of model.toml
    declared: Callable[[Manifest], Manifest] | None = None  # tells an untruth about the network
    alone: bool = False  # large, and wanted by one benchmark: made only where it is named
    plain: bool = False  # model.pt as torch.jit.save writes it, and nothing else
    text: TextOptions | None = None

    @property
    def compiled(self) -> bool:
        return "pt2" in self.formats


def lie(**changes) -> Callable[[Manifest], Manifest]:
    """A change of the first output's declaration."""
    return lambda manifest: replace(manifest, outputs=(replace(manifest.outputs[0], **changes),))


def one_more_output(manifest: Manifest) -> Manifest:
    return replace(manifest, outputs=(*manifest.outputs, replace(manifest.outputs[0], name="second")))


VOCABULARY = Path(__file__).resolve().parents[1] / "data" / "tokenizers" / "vocab.txt"
SENTENCES = TextOptions("embed-text", VOCABULARY, "wordpiece", networks.Encoder.LONGEST,
                        vocabulary_size=networks.Encoder.VOCABULARY)
MOODS = TextOptions("classify-text", VOCABULARY, "wordpiece", networks.Encoder.LONGEST,
                    vocabulary_size=networks.Encoder.VOCABULARY, labels=("glad", "sad", "neither"))

RECIPES: dict[str, Recipe] = {
    "invert": Recipe(networks.Invert),
    "signature": Recipe(networks.Signature),
    "add": Recipe(networks.Add),
    "tiny": Recipe(networks.Tiny),
    "echo": Recipe(networks.Echo),
    "indexer": Recipe(networks.Indexer),
    "rows": Recipe(networks.Rows),
    "lengths": Recipe(networks.Lengths),
    "spacious": Recipe(networks.Spacious),
    "throws": Recipe(networks.Throws),
    "sleepy": Recipe(networks.Sleepy),
    "sleepy_limited": Recipe(networks.Sleepy, extra={"max_run": "1s"}),
    "crash": Recipe(networks.Crash),
    "crash_alone": Recipe(networks.Crash, extra={"isolation": "model"}),
    "wrong_output": Recipe(networks.Add, declared=lie(shape=("n", 2))),
    "wrong_dtype": Recipe(networks.Add, declared=lie(dtype=torch.int32)),
    "wrong_count": Recipe(networks.Add, declared=one_more_output),
    "needs_cuda": Recipe(networks.Add, extra={"device": "cuda"}),
    "invert-pt2": Recipe(networks.Invert, ("pt2",)),
    "signature-pt2": Recipe(networks.Signature, ("pt2",)),
    "tiny-pt2": Recipe(networks.Tiny, ("pt2",)),
    "tiny-baked": Recipe(networks.Tiny, ("pt2",), bake=True),
    "tiny-both": Recipe(networks.Tiny, ("pt2", "pt")),
    "tally": Recipe(networks.Tally, plain=True),
    "packed": Recipe(networks.packed, plain=True),
    "hefty": Recipe(networks.Hefty),
    "hefty-pt2": Recipe(networks.Hefty, ("pt2",)),
    "sentences": Recipe(networks.Sentences, text=SENTENCES),
    "sentences-pt2": Recipe(networks.Sentences, ("pt2",), text=SENTENCES),
    "cramped": Recipe(networks.Cramped, text=SENTENCES),
    "moods": Recipe(networks.Moods, text=MOODS),
    "mlp268": Recipe(networks.Mlp268, ("pt2", "pt")),
    "minilm-sized": Recipe(networks.MinilmSized, ("pt2", "pt"), text=SENTENCES, alone=True),
    "mlp25": Recipe(networks.Mlp25, ("pt2", "pt"), alone=True),
    "mlp1000": Recipe(networks.Mlp1000, ("pt2", "pt"), alone=True),
}


def make(name: str, recipe: Recipe, out: Path) -> None:
    """Exports one folder, and then changes model.toml where the recipe says so."""
    if recipe.plain:
        (out / name).mkdir(exist_ok=True)
        torch.jit.script(recipe.network().eval()).save(str(out / name / "model.pt"))
        return
    order = exporting.Order(spec=name, folder=out / name, formats=recipe.formats, bake=recipe.bake, force=True,
                            text=recipe.text,
                            description=f"for tests: {(recipe.network.__doc__ or '').splitlines()[0].rstrip('.')}")

    def finish(*told) -> Manifest:
        manifest = replace(describe(*told), extra=recipe.extra)
        return recipe.declared(manifest) if recipe.declared else manifest

    exporting.export(order, say=lambda line: None, source=Source.of_module(recipe.network()), describe=finish)


def sources_key(recipe: Recipe) -> str:
    """Changes when this file, the networks, the export, PyTorch or this machine's vectors change."""
    here = Path(__file__).resolve()
    files = [here, here.with_name("networks.py"), *sorted(Path(exporting.__file__).parent.rglob("*.py"))]
    digest = hashlib.sha256(torch.__version__.encode())
    if recipe.compiled:
        digest.update(torch.backends.cpu.get_cpu_capability().encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUTDIR")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or of: {' '.join(RECIPES)}")
    options = parser.parse_args()
    unknown = set(options.names) - set(RECIPES) - {"all"}
    if unknown:
        parser.error(f"unknown: {' '.join(sorted(unknown))}; there are {' '.join(RECIPES)}")
    names = options.names or [name for name, recipe in RECIPES.items() if not recipe.compiled]
    marks = options.out / ".made"
    marks.mkdir(parents=True, exist_ok=True)
    for name in [n for n, r in RECIPES.items() if not r.alone] if "all" in names else names:
        mark, key = marks / name, sources_key(RECIPES[name])
        if mark.exists() and mark.read_text() == key and any((options.out / name).glob("model.*")):
            continue
        make(name, RECIPES[name], options.out)
        mark.write_text(key)
        print(f"made {options.out / name}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
