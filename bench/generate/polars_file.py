"""usage: polars_file.py '{ "output", "rows", "rowGroupRows" }': generates a DataFrame and encodes it."""

import numpy
import polars

from readings import readings
from usage import task, timed


def write():
    columns = readings(0, task["rows"], numpy.random.default_rng(42))
    columns["event_timestamp"] = columns["event_timestamp"].view("datetime64[us]")
    frame = polars.DataFrame(columns)
    frame.write_parquet(
        f"{task['output']}/part-0.parquet", compression="zstd", row_group_size=task["rowGroupRows"]
    )


timed(write, f"polars {polars.__version__}")
