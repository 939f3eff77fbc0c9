"""pyarrow as fast and small as it goes for readings: dictionaries for doubles, deltas for the timestamp, pages v2."""

from concurrent.futures import ThreadPoolExecutor

import numpy
import pyarrow
import pyarrow.parquet

from readings import readings, shape
from usage import task

pyarrow.set_cpu_count(task["cores"])
pyarrow.set_io_thread_count(task["cores"])

version = f"pyarrow {pyarrow.__version__}"

schema = pyarrow.schema(
    [pyarrow.field("event_timestamp", pyarrow.timestamp("us"), nullable=False)]
    + [pyarrow.field(name, pyarrow.float64(), nullable=False) for name in shape["columns"]]
)

options = {
    "compression": task["codec"],
    "use_dictionary": list(shape["columns"]),
    "column_encoding": {"event_timestamp": "DELTA_BINARY_PACKED"},
    "data_page_version": "2.0",
}


def write_readings(path, first, rows):
    """Generates readings and writes them to a file, a row group at a time."""
    random = numpy.random.default_rng([42, first])
    with pyarrow.parquet.ParquetWriter(path, schema, **options) as writer:
        for start in range(first, first + rows, task["rowGroupRows"]):
            count = min(task["rowGroupRows"], first + rows - start)
            columns = readings(start, count, random)
            arrays = [arrow_array(columns[field.name], field.type) for field in schema]
            table = pyarrow.Table.from_arrays(arrays, schema=schema)
            writer.write_table(table, row_group_size=count)


def arrow_array(values, type):
    """A numpy array as Arrow's, not copied; `pyarrow.array` would first import pandas, where there is one."""
    return pyarrow.Array.from_buffers(type, len(values), [None, pyarrow.py_buffer(values)])


def on_each_core(work, arguments):
    """Calls the work with each tuple of arguments, as many at once as there are cores; numpy and pyarrow let threads run."""
    if task["cores"] == 1:
        for each in arguments:
            work(*each)
    else:
        with ThreadPoolExecutor(task["cores"]) as pool:
            list(pool.map(lambda each: work(*each), arguments))


def parts():
    """For each core its file and its share of the rows: path, first, rows."""
    rows, cores = task["rows"], task["cores"]
    bounds = [rows * part // cores for part in range(cores + 1)]
    return [
        (f"{task['output']}/part-{part}.parquet", first, end - first)
        for part, (first, end) in enumerate(zip(bounds, bounds[1:]))
    ]
