"""Triton's Python backend: uint8 [n, bytes] in, uint8 [n, bytes] out, each request a call."""

import os
import sys

sys.path[:0] = os.environ["PEER_PATH"].split(":")  # the stub does not look at PYTHONPATH

import numpy  # noqa: E402
import triton_python_backend_utils as backend  # noqa: E402
from network import Network  # noqa: E402


class TritonPythonModel:
    def initialize(self, _arguments: dict) -> None:
        self.network = Network.asked_for()

    def execute(self, requests: list) -> list:
        bodies = [backend.get_input_tensor_by_name(request, "IN").as_numpy().reshape(-1).data for request in requests]
        answers = self.network.many(bodies)
        return [backend.InferenceResponse([backend.Tensor("OUT", numpy.frombuffer(answer, numpy.uint8)[None])])
                for answer in answers]
