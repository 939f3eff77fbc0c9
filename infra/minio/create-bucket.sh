#!/bin/sh
# Makes the lake's bucket, and the user that may read and write it and no more. Run again, it changes nothing.
# Wants mc on the PATH, the administrator in MC_HOST_lake (http://user:password@host:port, both as they are), LAKE_ACCESS_KEY and
# LAKE_SECRET_KEY.
set -eu

mc mb --ignore-existing lake/iot-time-series
mc admin policy create lake lake-readwrite "$(dirname "$0")/lake-policy.json"

# The secret key goes by standard input: arguments are there for all to see.
printf '%s\n%s\n' "$LAKE_ACCESS_KEY" "$LAKE_SECRET_KEY" | mc admin user add lake

# Attaching a policy twice fails, so look first.
case "$(mc admin user info lake "$LAKE_ACCESS_KEY")" in
*lake-readwrite*) ;;
*) mc admin policy attach lake lake-readwrite --user "$LAKE_ACCESS_KEY" ;;
esac
