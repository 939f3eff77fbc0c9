"""usage: pyarrow_daily.py '{ "output", "days", "rowGroupRows", "cores", "codec" }': generates and encodes one file a day."""

from usage import task

from arrow_writer import on_each_core, write_readings

SECONDS_PER_DAY = 86_400

on_each_core(
    write_readings,
    [
        (f"{task['output']}/day-{day:05}.parquet", day * SECONDS_PER_DAY, SECONDS_PER_DAY)
        for day in range(task["days"])
    ],
)
