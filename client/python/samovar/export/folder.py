"""A model folder appears complete or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """Gives a folder to fill, and puts it in the place of `folder` when the block ends well.

    It is made beside `folder`, so that the last step is a rename; its name starts with a dot.
    When the block raises, nothing of it is left and what stood there before is as it was.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield staging
        staging.chmod(0o755)  # mkdtemp's 0700 would hide the model from a daemon of another user
        if folder.exists():
            exchange(staging, folder)
        else:
            os.rename(staging, folder)
    finally:
        if staging.exists():
            shutil.rmtree(staging)


def exchange(staging: Path, folder: Path) -> None:
    """Puts `staging` in the place of a folder that exists; the old one is in `staging`'s place after."""
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent)) / "old"
    os.rename(folder, old)
    try:
        os.rename(staging, folder)
    except OSError:
        os.rename(old, folder)
        raise
    finally:
        shutil.rmtree(old.parent)
