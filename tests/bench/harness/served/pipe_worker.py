"""A worker made by hand: a byte comes through a pipe, elements lie in memory that both have mapped, a byte
goes back. pipe_worker.py DESCRIPTOR BYTES_IN BYTES_OUT, commands at standard input and output.
"""

import mmap
import os
import sys

import torch
from network import HEIGHT, WIDTH, Network

descriptor, bytes_in, bytes_out = map(int, sys.argv[1:])
network = Network.asked_for().network
memory = mmap.mmap(descriptor, bytes_in + bytes_out)
elements = torch.frombuffer(memory, dtype=torch.uint8)
picture = elements[:bytes_in].reshape(HEIGHT, WIDTH, 3)
place = elements[bytes_in:]
with torch.inference_mode():
    while os.read(0, 1):
        place.copy_(network(picture).reshape(-1).view(torch.uint8))
        os.write(1, b"d")
