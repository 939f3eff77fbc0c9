"""Reads Parquet files with pyarrow, DuckDB, polars and DataFusion (arrow-rs) and compares values, bit by bit, and statistics with the expected ones.

usage: python check-every-type.py FOLDER

Beside each X.parquet is an X.json with its columns and, for each row group, the values of each column: null, text, true or false,
and numbers as the integers of their bits.
"""

import glob
import json
import math
import os
import struct
import sys

import datafusion
import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

arrow_types = {
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "double": pa.float64(),
    "real": pa.float32(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "boolean": pa.bool_(),
    "varchar": pa.string(),
}
bits_types = {
    "timestamp": pa.int64(),
    "date": pa.int32(),
    "double": pa.int64(),
    "real": pa.int32(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
}
# Formats to turn integers back into the values of types that are not ordered like integers.
floats = {"double": ("<q", "<d"), "real": ("<i", "<f")}


# One partition keeps the order of rows.
rust = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(1))
# The readers beside pyarrow: a whole file as an Arrow table.
readers = {
    "DuckDB": lambda path: duckdb.sql("SELECT * FROM read_parquet(?)", params=[path]).to_arrow_table(),
    "polars": lambda path: polars.read_parquet(path).to_arrow(),
    "DataFusion": lambda path: rust.read_parquet(path).to_arrow_table(),
}


def plain(column):
    """A column as read; Arrow has three types of text, of which readers prefer different ones."""
    return column.cast(pa.string()) if column.type in (pa.large_string(), pa.string_view()) else column


def stored(column, type):
    """A column's values as read, with numbers as the integers of their bits."""
    array = pa.chunked_array(column.chunks, column.type).combine_chunks()
    return (array.view(bits_types[type]) if type in bits_types else array).to_pylist()


def written(values, type):
    """A column's values from the JSON: integers come as text, because JSON in JavaScript has no large ones."""
    return [int(value) if type in bits_types and value is not None else value for value in values]


def value_of(bits, type):
    if type in floats:
        whole, real = floats[type]
        return struct.unpack(real, struct.pack(whole, bits))[0]
    return bits.encode() if type == "varchar" else bits


def check_statistics(found, values, type, has_nan, where):
    present = [value_of(value, type) for value in values if value is not None]
    assert found is not None and found.has_null_count, (where, found)
    assert found.null_count == len(values) - len(present), (where, found)
    # Bounds leave NaN out, and engines take them for bounds of NaN too, DataFusion even those of another row group.
    assert found.has_min_max == (len(present) > 0 and not has_nan), (where, found)
    if not found.has_min_max:
        return
    least, greatest = min(present), max(present)
    low, high = found.min_raw, found.max_raw
    if type == "varchar":
        # Bounds of more than 16 bytes may be truncated; a truncated max is rounded up.
        assert low <= least and least.startswith(low), (where, low, least)
        assert high >= greatest, (where, high, greatest)
        if len(least) <= 16:
            assert low == least, (where, low, least)
        if len(greatest) <= 16:
            assert high == greatest, (where, high, greatest)
        return
    assert (low, high) == (least, greatest), (where, low, high, least, greatest)
    # Parquet's rule: a min of zero is -0.0 and a max of zero is +0.0, whatever the sign of the zeros.
    if type in floats and least == 0:
        assert math.copysign(1, low) == -1, (where, low)
    if type in floats and greatest == 0:
        assert math.copysign(1, high) == 1, (where, high)


def is_nan(value):
    return value != value


# Predicates, and which values they hold for in DuckDB and DataFusion: NaN equals NaN and is greater than every number.
predicates = {
    "{} = 1.5": lambda value: value == 1.5,
    "{} <> 1.5": lambda value: value != 1.5,
    "{} < 1.5": lambda value: value < 1.5,
    "{} > 1.5": lambda value: value > 1.5 or is_nan(value),
    "{} > 1e300": lambda value: value > 1e300 or is_nan(value),
    "{} BETWEEN 0 AND 2": lambda value: 0 <= value <= 2,
    "{} IN (0.1, 1.5)": lambda value: value in (0.1, 1.5),
    "isnan({})": is_nan,
    "NOT isnan({})": lambda value: not is_nan(value),
}


def check_predicates(path, columns, groups):
    """Engines must find the rows that a condition on a column with NaN asks for, whatever they take from statistics."""
    context = datafusion.SessionContext()
    context.register_parquet("rows", path)
    counters = {
        "DuckDB": lambda condition: duckdb.sql(
            f"SELECT count(*) AS n FROM read_parquet(?) WHERE {condition}", params=[path]
        ).fetchall()[0][0],
        "DataFusion": lambda condition: context.sql(f"SELECT count(*) AS n FROM rows WHERE {condition}").to_pydict()["n"][0],
    }
    for index, column in enumerate(columns):
        type = column["type"]
        if type not in floats:
            continue
        bits = [value for group in groups for value in written(group[index], type)]
        values = [value_of(value, type) for value in bits if value is not None]
        if not any(map(is_nan, values)):
            continue
        for predicate, holds in predicates.items():
            condition = predicate.format(column["name"])
            for engine, count in counters.items():
                found, expected = count(condition), sum(map(holds, values))
                assert found == expected, (path, engine, condition, found, expected)


files = sorted(glob.glob(os.path.join(sys.argv[1], "*.parquet")))
assert files, f"no files in {sys.argv[1]}"
rows = chunks = 0
for path in files:
    with open(path[:-8] + ".json") as expected_file:
        expected = json.load(expected_file)
    columns, groups = expected["columns"], expected["rowGroups"]
    file = pq.ParquetFile(path)
    assert file.num_row_groups == len(groups), (path, file.num_row_groups)
    for field, column in zip(file.schema_arrow, columns, strict=True):
        assert (field.name, field.type) == (column["name"], arrow_types[column["type"]]), (path, field)
        assert field.nullable == column["nullable"], (path, field)
    others = {reader: read(path) for reader, read in readers.items()}
    for reader, other in others.items():
        assert other.num_rows == file.metadata.num_rows, (path, reader, other.num_rows)
        assert other.column_names == [column["name"] for column in columns], (path, reader, other.column_names)
        for column in columns:
            found = plain(other[column["name"]]).type
            assert found == arrow_types[column["type"]], (path, reader, column, found)
    if groups:
        check_predicates(path, columns, groups)
    has_nan = [
        column["type"] in floats
        and any(is_nan(value_of(int(v), column["type"])) for group in groups for v in group[index] if v is not None)
        for index, column in enumerate(columns)
    ]
    start = 0
    for number, group in enumerate(groups):
        table = file.read_row_group(number)
        for index, column in enumerate(columns):
            where, type = (path, number, column["name"]), column["type"]
            values = written(group[index], type)
            assert stored(table[column["name"]], type) == values, (where, "pyarrow")
            for reader, other in others.items():
                part = plain(other[column["name"]].slice(start, len(values)))
                assert stored(part, type) == values, (where, reader)
            found = file.metadata.row_group(number).column(index).statistics
            check_statistics(found, values, type, has_nan[index], where)
            chunks += 1
        start += table.num_rows
    assert start == file.metadata.num_rows, path
    rows += start

print(f"{len(files)} files, {rows} rows, statistics of {chunks} column chunks")
