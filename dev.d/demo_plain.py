"""The demo's cut-out in plain Python, for comparison: what a script does that serves itself.

    demo_plain.py MODEL_FOLDER PHOTO OUT.png

Prints one JSON line: seconds from the start of this process to each step.
"""
import json
import os
import sys
import time


def age() -> float:
    """Seconds since this process was started, as the kernel counts them."""
    with open("/proc/self/stat", encoding="ascii") as stat:
        started = int(stat.read().rsplit(")", 1)[1].split()[19]) / os.sysconf("SC_CLK_TCK")
    with open("/proc/uptime", encoding="ascii") as uptime:
        return float(uptime.read().split()[0]) - started


def main(folder: str, photo: str, out: str) -> None:
    steps = {}
    import tomllib

    import numpy as np
    import torch
    import torch.nn.functional as F
    from PIL import Image

    steps["import"] = age()
    with open(os.path.join(folder, "model.toml"), "rb") as file:
        spec = tomllib.load(file)
    mask_spec = spec["mask"]
    low, high = mask_spec.get("range", [0.0, 1.0])
    model = torch.jit.load(os.path.join(folder, spec["code"][0]["file"]))
    steps["load"] = age()

    pixels = np.array(Image.open(photo).convert("RGB"))
    with torch.inference_mode():
        picture = torch.from_numpy(pixels)
        height, width = picture.shape[:2]
        image = picture.permute(2, 0, 1)[None].float() / 255
        mask = model(F.interpolate(image, mask_spec["size"], mode="bilinear"))
        mask = F.interpolate(mask.reshape(1, 1, *mask_spec["size"]), (height, width), mode="bilinear")
        alpha = ((mask - low) / (high - low)).clamp(0, 1).mul(255).round().to(torch.uint8)
        cutout = torch.cat([picture, alpha.reshape(height, width, 1)], 2)
    steps["infer"] = age()
    Image.fromarray(cutout.numpy(), "RGBA").save(out, compress_level=1)
    steps["answer"] = age()

    begin = time.perf_counter()
    with torch.inference_mode():
        model(F.interpolate(image, mask_spec["size"], mode="bilinear"))
    steps["warm_inference"] = time.perf_counter() - begin
    print(json.dumps(steps))


if __name__ == "__main__":
    main(*sys.argv[1:])
