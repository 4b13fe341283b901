"""LitServe, the body as a multipart upload, in batches of 32: litserve_server.py PORT"""

import json
import os
import sys

import fastapi
import litserve
from network import ROWS, Network


class Api(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.network = Network.asked_for()

    def decode_request(self, request: fastapi.Request) -> bytes:
        return request["file"].file.read()

    def batch(self, bodies: list[bytes]) -> list[bytes]:
        return bodies

    def predict(self, bodies: list[bytes]) -> list[bytes]:
        return self.network.many(bodies) if isinstance(bodies, list) else self.network.one(bodies)

    def unbatch(self, answers: list[bytes]) -> list[bytes]:
        return answers

    def encode_response(self, answer: bytes) -> fastapi.Response:
        return fastapi.Response(answer, media_type="application/octet-stream")


if __name__ == "__main__":
    rows = json.loads(os.environ["PEER_NETWORK"])[0] == "rows"
    api = Api(max_batch_size=ROWS, batch_timeout=0.005) if rows else Api()
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1, timeout=60)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), num_api_servers=1, log_level="error",
               generate_client_file=False, access_log=False)
