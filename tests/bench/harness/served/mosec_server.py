"""mosec, the body as it is, in batches of 32: mosec_server.py --address 127.0.0.1 --port PORT ..."""

from mosec import Server, Worker
from network import ROWS, Network


class Inference(Worker):
    resp_mime_type = "application/octet-stream"

    def __init__(self) -> None:
        super().__init__()
        self.network = Network.asked_for()

    def deserialize(self, data: bytes) -> bytes:
        return data

    def serialize(self, data: bytes) -> bytes:
        return data

    def forward(self, data: list[bytes] | bytes) -> list[bytes] | bytes:
        return self.network.many(data) if isinstance(data, list) else self.network.one(data)


if __name__ == "__main__":
    import json
    import os

    server = Server()
    rows = json.loads(os.environ["PEER_NETWORK"])[0] == "rows"
    server.append_worker(Inference, num=1, max_batch_size=ROWS if rows else 1, max_wait_time=5)
    server.run()
