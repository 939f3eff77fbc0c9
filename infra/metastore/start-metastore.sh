#!/usr/bin/env bash
# Runs the Hive Metastore in its container, with the configuration in this folder: creates the database schema if there is none, then serves.
set -euo pipefail

configuration=$(cd "$(dirname "$0")" && pwd)
class_path="$configuration:$METASTORE_HOME/lib/*:$METASTORE_HOME/jars/*"
# By default, Hive's main class looks for a configuration file with another name.
logging=-Dlog4j.configurationFile=$configuration/log4j2.properties

schema_tool() {
  java "$logging" -cp "$class_path" org.apache.hadoop.hive.metastore.tools.MetastoreSchemaTool -dbType postgres "$1"
}

# Hide the output: -info prints an error if there is no schema yet, and -initSchema prints a thousand statements.
if ! schema_tool -info >/tmp/schema.log 2>&1 && ! schema_tool -initSchema >/tmp/schema.log 2>&1; then
  tail -n 5 /tmp/schema.log >&2
  exit 1
fi

exec java -Xmx256m "$logging" -cp "$class_path" org.apache.hadoop.hive.metastore.HiveMetaStore -p 9083
