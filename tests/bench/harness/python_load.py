"""The peers of `load-phases`: what a Python process takes to load the same network.

python_load.py torchscript MODEL.pt SMALL.pt      torch.jit.load
python_load.py aoti MODEL.pt2 SMALL.pt2           AOTInductor's loader, of packages as it makes them
python_load.py compile NETWORK MODEL.pt2          makes such a package of tests/support/networks.py

The small one comes first, so that what a process pays once is paid before the clock starts. The first two
print the nanoseconds.
"""

import sys
import time
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[3]


def compile_package(network: str, package: str) -> None:
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    import networks

    module = getattr(networks, network)().eval()
    inputs = tuple(module.example_inputs.values())
    with torch.no_grad():
        exported = torch.export.export(module, inputs)
        torch._inductor.aoti_compile_and_package(exported, package_path=package)


def main() -> None:
    kind, *files = sys.argv[1:]
    if kind == "compile":
        compile_package(*files)
        return
    load = {"torchscript": torch.jit.load, "aoti": torch._inductor.aoti_load_package}[kind]
    load(files[1])
    begun = time.perf_counter_ns()
    kept = load(files[0])
    print(time.perf_counter_ns() - begun)
    del kept


if __name__ == "__main__":
    main()
