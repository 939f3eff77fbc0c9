"""usage: pyarrow_encode.py '{ "output", "rows", "rowGroupRows", "cores", "codec", "values" }': encodes a table in memory."""

import pyarrow.parquet

from usage import task, timed

from arrow_writer import on_each_core, options, parts, version

table = pyarrow.parquet.read_table(task["values"], use_threads=task["cores"] > 1).combine_chunks()


def write(path, first, rows):
    pyarrow.parquet.write_table(
        table.slice(first, rows), path, row_group_size=task["rowGroupRows"], **options
    )


timed(lambda: on_each_core(write, parts()), version)
