"""Asks a question as timed-query.js does, and reports the same: imported by each contender. On Linux only."""

import json
import time

BEGAN = float(open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19]) / 100


def report(ask, version, repeats=5):
    answer = ask()
    first = float(open("/proc/uptime").read().split()[0]) - BEGAN
    cpu_before, least = time.process_time(), float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        ask()
        least = min(least, time.perf_counter() - start)
    cpu_seconds = (time.process_time() - cpu_before) / repeats
    print(
        json.dumps(
            {
                "seconds": least,
                "firstSeconds": first,
                "cpuSeconds": cpu_seconds,
                "answer": answer,
                "version": version,
            }
        )
    )
