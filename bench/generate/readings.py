"""Readings of a pump, one a second: a slow sine and noise, rounded; the same as the SQL for DuckDB."""

import json
import math
import pathlib

import numpy

shape = json.loads((pathlib.Path(__file__).parent / "readings.json").read_text())

# Values are made in pieces that stay in the processor's cache: faster than a million at a time.
PIECE_ROWS = 32_768


def readings(first, rows, random):
    """The columns of so many readings from the first on: microseconds since 1970 as int64, and doubles, by name."""
    timestamps = numpy.arange(first, first + rows, dtype=numpy.int64)
    timestamps += shape["startSeconds"]
    timestamps *= 1_000_000
    columns = {name: numpy.empty(rows) for name in shape["columns"]}
    for start in range(0, rows, PIECE_ROWS):
        end = min(rows, start + PIECE_ROWS)
        wave = numpy.arange(first + start, first + end, dtype=numpy.float64)
        wave *= 2 * math.pi / shape["wavePeriodSeconds"]
        numpy.sin(wave, out=wave)
        for name, column in shape["columns"].items():
            steps = column["stepsPerUnit"]
            values = columns[name][start:end]
            random.random(out=values)
            values *= column["noise"] * steps
            values += column["middle"] * steps
            values += wave * (column["amplitude"] * steps)
            numpy.rint(values, out=values)
            values /= steps
    return {"event_timestamp": timestamps, **columns}
