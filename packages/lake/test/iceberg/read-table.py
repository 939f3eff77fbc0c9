"""Prints what pyiceberg finds in an Iceberg table, as JSON: its rows, those that a filter leaves, and its snapshots.

usage: python read-table.py METASTORE_URI S3_ENDPOINT TABLE FILTER; the key of S3 is in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
"""

import json
import os
import sys

from pyiceberg.catalog import load_catalog

uri, endpoint, name, row_filter = sys.argv[1:]
catalog = load_catalog(
    "lake",
    **{
        "type": "hive",
        "uri": uri,
        "s3.endpoint": endpoint,
        "s3.access-key-id": os.environ["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "s3.region": "us-east-1",
    },
)

table = catalog.load_table(name)



def rows(**scan):
    found = table.scan(**scan).to_arrow().drop_columns(["_batch"]).to_pylist()
    return sorted([str(value) for value in row.values()] for row in found)



print(
    json.dumps(
        {
            "rows": rows(),
            "filtered": rows(row_filter=row_filter),
            "snapshots": sorted(str(snapshot.snapshot_id) for snapshot in table.metadata.snapshots),
            "current": str(table.current_snapshot().snapshot_id),
        }
    )
)
