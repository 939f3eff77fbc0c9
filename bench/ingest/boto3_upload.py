"""usage: boto3_upload.py '{ "folder", "endpoint", "bucket" }': uploads the files of a folder, four at once, with boto3's defaults."""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3

task = json.loads(sys.argv[1])
keys = [f"bench/{name}" for name in sorted(os.listdir(os.path.join(task["folder"], "bench")))]

start = time.perf_counter()
client = boto3.client("s3", endpoint_url=task["endpoint"])
with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda key: client.upload_file(os.path.join(task["folder"], key), task["bucket"], key), keys))
print(json.dumps({"seconds": time.perf_counter() - start}))
