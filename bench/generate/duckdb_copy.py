"""usage: duckdb_copy.py '{ "cores", "before", "timed" }': runs SQL, `timed` being statements that run at once."""

from concurrent.futures import ThreadPoolExecutor

import duckdb

from usage import task, timed

connection = duckdb.connect(config={"threads": task["cores"]})
if "before" in task:
    connection.execute(task["before"])


def copy():
    with ThreadPoolExecutor(len(task["timed"])) as pool:
        list(pool.map(lambda sql: connection.cursor().execute(sql), task["timed"]))


timed(copy, f"duckdb {duckdb.__version__} (Python)")
