#!/bin/sh
# Makes the lake's bucket and its two users, each with the rights of its policy beside this file and no others. Run again, it changes
# nothing; what an earlier version has made it brings to this.
# Wants mc on the PATH, the administrator in MC_HOST_lake (http://user:password@host:port, both as they are), LAKE_ACCESS_KEY and
# LAKE_SECRET_KEY of the user that publishes, QUERY_ACCESS_KEY and QUERY_SECRET_KEY of the one that queries.
# The image of mc has a shell and little else: no sed, no grep.
set -eu

if [ "$LAKE_ACCESS_KEY" = "$QUERY_ACCESS_KEY" ]; then
  echo "QUERY_ACCESS_KEY expected another name than LAKE_ACCESS_KEY, got the same: name another in .env" >&2
  exit 1
fi

folder=$(dirname "$0")
# The policy of the one user of earlier versions.
former=lake-readwrite

# Gives a user one policy of ours and takes it any other: set_user KEY SECRET POLICY
set_user() {
  # The secret key goes by standard input: arguments are there for all to see.
  printf '%s\n%s\n' "$1" "$2" | mc admin user add lake
  # Attaching a policy twice fails, as does detaching one that is not there, so look first.
  info=$(mc admin user info lake "$1")
  policies=${info#*PolicyName:}
  case "$policies" in
  *"$3"*) ;;
  *) mc admin policy attach lake "$3" --user "$1" ;;
  esac
  for other in lake-ingest lake-query "$former"; do
    [ "$other" != "$3" ] || continue
    case "$policies" in
    *"$other"*) mc admin policy detach lake "$other" --user "$1" ;;
    esac
  done
}

mc mb --ignore-existing lake/iot-time-series
mc admin policy create lake lake-ingest "$folder/ingest-policy.json"
mc admin policy create lake lake-query "$folder/query-policy.json"
set_user "$LAKE_ACCESS_KEY" "$LAKE_SECRET_KEY" lake-ingest
set_user "$QUERY_ACCESS_KEY" "$QUERY_SECRET_KEY" lake-query

# Users of names that .env no longer has may still have the former policy.
entities=$(mc admin policy entities lake --policy "$former")
case "$entities" in
*"User Mappings:"*)
  for user in ${entities#*User Mappings:}; do
    mc admin policy detach lake "$former" --user "$user"
  done
  ;;
esac
mc admin policy rm lake "$former"
