"""usage: python trino_python.py '{ "url", "user", "sql" }': asks Trino with its Python client."""

from urllib.parse import urlparse

import trino
from report import report
from usage import task

url = urlparse(task["url"])
connection = trino.dbapi.connect(host=url.hostname, port=url.port, user=task["user"], http_scheme=url.scheme)


def ask():
    cursor = connection.cursor()
    cursor.execute(task["sql"])
    return len(cursor.fetchall())


report(ask, f"Python trino {trino.__version__}")
