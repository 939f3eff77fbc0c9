"""What a contender reports: imported by each."""

import atexit
import json
import os
import re
import resource
import sys
import time

task = json.loads(sys.argv[1])


def timed(work, version):
    """Does the work and prints, as a line of JSON, the wall and CPU seconds of it, and the contender's version."""
    cpu_before = time.process_time()
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    cpu_seconds = time.process_time() - cpu_before
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "version": version}))


@atexit.register
def report_usage():
    """What the process has used; Linux's ru_maxrss begins with that of the process that started this one, VmHWM does not."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    if sys.platform == "linux":
        with open("/proc/self/status") as status:
            peak_kib = int(re.search(r"^VmHWM:\s+(\d+) kB$", status.read(), re.M)[1])
    else:
        peak_kib = usage.ru_maxrss / 1024
    with open(os.environ["BENCH_USAGE_FILE"], "w") as file:
        json.dump({"cpuSeconds": usage.ru_utime + usage.ru_stime, "peakMib": peak_kib / 1024}, file)
