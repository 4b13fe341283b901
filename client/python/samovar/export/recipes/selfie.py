"""Selfie segmentation: a person's mask from one photo, 0.1 million parameters.

The network is Google's, Apache-2.0, from MediaPipe's wheel: it sees 256x256 RGB in 0..1,
stretched bilinearly without antialias, and answers probabilities. It knows people, not objects.
"""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import ExportError
from ..order import MaskOptions, Order
from ..pipeline import export
from ..source import Source
from .portrait import draw_portrait

MEMBER = "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"
SHA256 = "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c"
# The mask is soft and generous at shoulders and along things that people hold: this part of it
# makes the better edge, and leaves fewer remains of the background (looked at, on portraits).
MASK = MaskOptions(
    size=(256, 256), interpolation="bilinear", antialias=False, activation="none", range=(0.4, 0.8)
)
# Along an edge the mask climbs steeply, so rounding shows; a step of the alpha is 4e-3.
TOLERANCE = 1e-3
DESCRIPTION = "cuts people out of photos (MediaPipe selfie segmentation)"


def network_file(wheel: Path) -> bytes:
    """The .tflite file inside the wheel, which is read as a zip; raises ExportError if it is another one."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(MEMBER)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise ExportError(f"--wheel {wheel}: {error}. The recipe takes the wheel of mediapipe 0.10.14: "
                          "pip download --no-deps mediapipe==0.10.14") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256:
        raise ExportError(f"--wheel {wheel}: {MEMBER} has sha256 {digest}, expected {SHA256}; "
                          "the recipe takes the wheel of mediapipe 0.10.14")
    return content


def export_selfie(order: Order, wheel: Path, mask_changes: dict[str, Any]) -> Path:
    """Writes the model folder; `mask_changes` replace keys of the recipe's own [mask]."""
    from ..from_tflite import network_from  # needs packages that no other export does

    mask = replace(MASK, **mask_changes)
    source = Source(network_from(network_file(wheel)), example={"image": draw_portrait(*MASK.size)})
    order = replace(
        order, mask=mask, description=order.description or DESCRIPTION, tolerance=order.tolerance or TOLERANCE
    )
    return export(order, source=source)
