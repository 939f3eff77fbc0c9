"""Windows of pandas and polars over a CSV file, as JSON: {reader: {"LENGTH ZONE": [[start in ms, site, count, min, …]]}}."""

import json
import sys

import pandas
import polars

CASES = [  # length and zone as minilake writes them, pandas' and polars' names of the length
    ("15m", "UTC", "15min", "15m"),
    ("1h", "Europe/Berlin", "1h", "1h"),
    ("8h", "UTC", "8h", "8h"),
    ("day", "Europe/Berlin", "D", "1d"),
    ("week", "Europe/Berlin", "W-MON", "1w"),
    ("month", "America/New_York", "MS", "1mo"),
]


def number(value):
    return None if value is None or value != value else float(value)


def row(start, site, values):
    return [int(start.timestamp() * 1000), site, *map(number, values)]


def with_pandas(path, zone, length):
    frame = pandas.read_csv(path, parse_dates=["time"]).sort_values("time")
    frame["time"] = frame["time"].dt.tz_convert(zone)
    found = []
    for site, rows in frame.groupby("site"):
        level = rows.set_index("time")["level"].resample(length, closed="left", label="left")
        table = pandas.DataFrame(
            {
                name: getattr(level, name)()
                for name in ["count", "min", "max", "first", "last", "mean", "sum", "std"]
            }
        )
        table["p50"], table["p95"] = level.quantile(0.5), level.quantile(0.95)
        found += [row(start, site, values) for start, *values in table.itertuples() if values[0] > 0]
    return found


def with_polars(path, zone, length):
    level = polars.col("level")
    frame = polars.read_csv(path, try_parse_dates=True).with_columns(
        polars.col("time").dt.convert_time_zone(zone)
    )
    table = (
        frame.sort("time")
        .group_by_dynamic("time", every=length, group_by="site")
        .agg(
            level.count().alias("count"),
            level.min().alias("min"),
            level.max().alias("max"),
            level.first().alias("first"),
            level.last().alias("last"),
            level.mean().alias("mean"),
            level.sum().alias("sum"),
            level.std().alias("std"),
            level.quantile(0.5, "linear").alias("p50"),
            level.quantile(0.95, "linear").alias("p95"),
        )
        .sort("site", "time")
    )
    return [row(start, site, values) for site, start, *values in table.iter_rows()]


def main(path):
    cases = [(f"{length} {zone}", zone, pandas_length, polars_length) for length, zone, pandas_length, polars_length in CASES]
    print(
        json.dumps(
            {
                "pandas": {key: with_pandas(path, zone, length) for key, zone, length, _ in cases},
                "polars": {key: with_polars(path, zone, length) for key, zone, _, length in cases},
            }
        )
    )


main(sys.argv[1])
