"""FastAPI and uvicorn, the body as a multipart upload: fastapi_server.py PORT"""

import sys

import fastapi
import uvicorn
from network import Network

app = fastapi.FastAPI()
network = Network.asked_for()


@app.post("/predict")
async def predict(file: fastapi.UploadFile) -> fastapi.Response:
    return fastapi.Response(network.one(await file.read()), media_type="application/octet-stream")


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
