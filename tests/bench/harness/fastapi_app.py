"""The peer of `start`: the same network behind FastAPI, as one writes it. Run by the environment with
the peers: fastapi_app.py FD MODEL.pt SIDE, where FD is a listening socket.

The picture comes as raw RGB in the body, and the cut-out goes back the same way: no multipart, no
JPEG, which would only add to this side.
"""

import sys

import fastapi
import torch
import uvicorn
from torch.nn import functional

LOW, HIGH = 0.4, 0.8  # the `range` of build/models/selfie-pt/model.toml
NETWORK_SIDE = 256

listening, model_file, side = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
app = fastapi.FastAPI()
network = torch.jit.load(model_file).eval()


@app.post("/cutout")
async def cutout(request: fastapi.Request) -> fastapi.Response:
    body = bytearray(await request.body())
    picture = torch.frombuffer(body, dtype=torch.uint8).reshape(side, side, 3)
    with torch.inference_mode():
        pixels = picture.permute(2, 0, 1).unsqueeze(0).float() / 255
        size = (NETWORK_SIDE, NETWORK_SIDE)
        mask = network(functional.interpolate(pixels, size, mode="bilinear", align_corners=False))
        mask = functional.interpolate(mask, (side, side), mode="bilinear", align_corners=False)
        alpha = ((mask[0, 0] - LOW) / (HIGH - LOW)).clamp(0, 1).mul(255).round().to(torch.uint8)
        answer = torch.cat([picture, alpha.unsqueeze(2)], dim=2)
    return fastapi.Response(answer.numpy().tobytes(), media_type="application/octet-stream")


uvicorn.run(app, fd=listening, log_level="error", access_log=False)
