"""The network in a process of its own, without any way to it: in_process.py FILE SECONDS, where FILE holds
what a call brings. Prints the nanoseconds of each call of the network, as JSON. A call of rows is a batch of 32 that
lies ready; of texts it is all of them.
"""

import json
import sys
import time

import torch
from network import COLUMNS, HEIGHT, ROWS, WIDTH, Network

file, seconds = sys.argv[1], float(sys.argv[2])
with open(file, "rb") as opened:
    body = bytearray(opened.read())
network = Network.asked_for()
if network.kind == "texts":
    lines = body.decode().splitlines()
    call = lambda: network.embed(lines)  # noqa: E731
elif network.kind == "rows":
    rows = torch.frombuffer(body, dtype=torch.float32).reshape(1, COLUMNS).repeat(ROWS, 1)
    call = lambda: network.network(rows)  # noqa: E731
else:
    picture = torch.frombuffer(body, dtype=torch.uint8).reshape(HEIGHT, WIDTH, 3)
    call = lambda: network.network(picture)  # noqa: E731
times = []
with torch.inference_mode():
    for _ in range(5):
        call()
    until = time.monotonic() + seconds
    while time.monotonic() < until or len(times) < 3:
        begun = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - begun)
print(json.dumps(times))
