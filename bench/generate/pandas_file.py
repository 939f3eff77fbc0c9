"""usage: pandas_file.py '{ "output", "rows", "rowGroupRows" }': generates a DataFrame and encodes it, the usual way."""

import numpy
import pandas
import pyarrow
import pyarrow.parquet

from readings import readings
from usage import task, timed

pyarrow.set_cpu_count(task["cores"])


def write():
    columns = readings(0, task["rows"], numpy.random.default_rng(42))
    columns["event_timestamp"] = columns["event_timestamp"].view("datetime64[us]")
    frame = pandas.DataFrame(columns)
    frame.to_parquet(
        f"{task['output']}/part-0.parquet",
        compression="snappy",
        index=False,
        row_group_size=task["rowGroupRows"],
    )


timed(write, f"pandas {pandas.__version__}")
