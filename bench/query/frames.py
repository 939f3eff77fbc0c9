"""usage: python frames.py '{ "name", "question", "lake", "days" }': asks pandas or polars, over the same files."""

import glob
from datetime import date, timedelta

from report import report
from usage import task

QUESTION, DAYS = task["question"], task["days"]
FOLDER = f"{task['lake']}/iot-time-series/pump_daily"
DAY = (date(2024, 1, 1) + timedelta(days=DAYS // 2)).isoformat()
ONE_DAY = f"{FOLDER}/event_date={DAY}/*.parquet"


def in_pandas():
    import pandas as pd

    columns = {
        "hourly average": ["event_timestamp", "pressure", "speed"],
        "one day by hour": ["event_timestamp", "pressure", "speed"],
    }.get(QUESTION, ["event_timestamp", "pump_id", "pressure"])
    files = sorted(glob.glob(ONE_DAY if QUESTION == "one day by hour" else f"{FOLDER}/*/*.parquet"))

    def ask():
        frame = pd.concat([pd.read_parquet(file, columns=columns, partitioning=None) for file in files])
        if QUESTION in ("hourly average", "one day by hour"):
            return len(frame.groupby(frame["event_timestamp"].dt.floor("h"))[["pressure", "speed"]].mean())
        if QUESTION.startswith("p95"):
            day = frame["event_timestamp"].dt.floor("D")
            return len(frame.groupby(["pump_id", day])["pressure"].quantile(0.95))
        frame = frame.sort_values(["pump_id", "event_timestamp"])
        over = frame["pressure"] > 150
        was = over.groupby(frame["pump_id"]).shift(1, fill_value=False)
        frame["episode"] = (over & ~was).groupby(frame["pump_id"]).cumsum()
        alarms = frame[over].groupby(["pump_id", "episode"])
        return len(alarms.agg(start=("event_timestamp", "min"), peak=("pressure", "max")))

    return ask, f"pandas {pd.__version__}"


def in_polars():
    import polars as pl

    def ask():
        # As a folder partitioned by day, so that one day reads its own files only.
        frame = pl.scan_parquet(f"{FOLDER}/*/*.parquet", hive_partitioning=True, try_parse_hive_dates=False)
        if QUESTION == "one day by hour":
            frame = frame.filter(pl.col("event_date") == DAY)
        if QUESTION in ("hourly average", "one day by hour"):
            hour = pl.col("event_timestamp").dt.truncate("1h")
            return frame.group_by(hour).agg(pl.mean("pressure", "speed")).sort("event_timestamp").collect().height
        if QUESTION.startswith("p95"):
            day = pl.col("event_timestamp").dt.truncate("1d")
            p95 = pl.col("pressure").quantile(0.95, "linear")
            return frame.group_by("pump_id", day).agg(p95).sort("pump_id", "event_timestamp").collect().height
        over = pl.col("pressure") > 150
        was = over.shift(1, fill_value=False).over("pump_id")
        return (
            frame.select("pump_id", "event_timestamp", "pressure")
            .sort("pump_id", "event_timestamp")
            .with_columns((over & ~was).cum_sum().over("pump_id").alias("episode"))
            .filter(over)
            .group_by("pump_id", "episode")
            .agg(pl.min("event_timestamp").alias("start"), pl.max("pressure").alias("peak"))
            .collect()
            .height
        )

    return ask, f"polars {pl.__version__}"


report(*{"pandas": in_pandas, "polars": in_polars}[task["name"]]())
