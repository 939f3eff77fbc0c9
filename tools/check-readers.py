"""Reads the demo's Parquet files with pyarrow and with PyPI's DuckDB: columns, types, rows, and statistics against the data.

usage: python tools/check-readers.py OUT
"""

import glob
import json
import os
import sys

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

out = sys.argv[1]
names = ["event_timestamp", "pressure", "velocity", "speed"]
types = [pa.timestamp("us"), pa.float64(), pa.float64(), pa.float64()]
files = sorted(glob.glob(os.path.join(out, "pump", "*.parquet")))
assert files, f"no data files in {out}/pump"

rows = 0
for path in files:
    file = pq.ParquetFile(path)
    assert file.schema_arrow.names == names, file.schema_arrow
    assert file.schema_arrow.types == types, file.schema_arrow
    assert not any(field.nullable for field in file.schema_arrow), file.schema_arrow
    table = file.read()
    with open(os.path.join(out, "_truth", "pump", os.path.basename(path)[:-8] + ".json")) as truth:
        assert table.num_rows == file.metadata.num_rows == json.load(truth)["rows"], path
    for group in range(file.num_row_groups):
        data = file.read_row_group(group)
        for index, name in enumerate(names):
            found = file.metadata.row_group(group).column(index).statistics
            expected = pc.min_max(data[name]).as_py()
            assert found.has_min_max and found.null_count == 0, (path, name, found)
            assert (found.min, found.max) == (expected["min"], expected["max"]), (path, name, found, expected)
    # The same values by another reader: every column equal, row by row.
    other = duckdb.read_parquet(path).to_arrow_table()
    assert other.cast(table.schema.remove_metadata()).equals(table.replace_schema_metadata(None)), path
    rows += table.num_rows

print(f"{len(files)} files, {rows} rows: pyarrow {pa.__version__} and DuckDB {duckdb.__version__} agree with the data")
