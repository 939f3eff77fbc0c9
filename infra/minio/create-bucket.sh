#!/bin/sh
# Creates the lake's bucket and its users. Each user gets exactly the permissions of its policy file in this folder. A second run
# changes nothing, and a setup of an earlier version is upgraded.
# Needs mc on the PATH, the administrator in MC_HOST_lake (http://user:password@host:port, not URL-encoded), and the access and secret key
# of each user: LAKE_… of the one that publishes, MAINTAIN_… of the one that removes, QUERY_… of the one that queries.
# The mc image has a shell but neither sed nor grep.
set -eu

# differ NAME VALUE NAME VALUE: each user has its own permissions, so no two have the same access key.
differ() {
  [ "$2" = "$4" ] || return 0
  echo "$1 expected a name other than that of $3, got the same: change one of them in .env" >&2
  exit 1
}
differ MAINTAIN_ACCESS_KEY "$MAINTAIN_ACCESS_KEY" LAKE_ACCESS_KEY "$LAKE_ACCESS_KEY"
differ QUERY_ACCESS_KEY "$QUERY_ACCESS_KEY" LAKE_ACCESS_KEY "$LAKE_ACCESS_KEY"
differ QUERY_ACCESS_KEY "$QUERY_ACCESS_KEY" MAINTAIN_ACCESS_KEY "$MAINTAIN_ACCESS_KEY"

folder=$(dirname "$0")
# Earlier versions had a single user with this policy.
former=lake-readwrite

# set_user KEY SECRET POLICY: creates a user with one of our policies and detaches our other policies from it.
set_user() {
  # The secret key is passed on standard input, because every user of the machine can see arguments.
  printf '%s\n%s\n' "$1" "$2" | mc admin user add lake
  # Attaching a policy twice fails, and so does detaching one that is not attached. So look up the attached ones first.
  info=$(mc admin user info lake "$1")
  policies=${info#*PolicyName:}
  case "$policies" in
  *"$3"*) ;;
  *) mc admin policy attach lake "$3" --user "$1" ;;
  esac
  for other in lake-ingest lake-maintain lake-query "$former"; do
    [ "$other" != "$3" ] || continue
    case "$policies" in
    *"$other"*) mc admin policy detach lake "$other" --user "$1" ;;
    esac
  done
}

mc mb --ignore-existing lake/iot-time-series
mc admin policy create lake lake-ingest "$folder/ingest-policy.json"
mc admin policy create lake lake-maintain "$folder/maintain-policy.json"
mc admin policy create lake lake-query "$folder/query-policy.json"
set_user "$LAKE_ACCESS_KEY" "$LAKE_SECRET_KEY" lake-ingest
set_user "$MAINTAIN_ACCESS_KEY" "$MAINTAIN_SECRET_KEY" lake-maintain
set_user "$QUERY_ACCESS_KEY" "$QUERY_SECRET_KEY" lake-query

# Users that .env no longer names may still have the former policy.
entities=$(mc admin policy entities lake --policy "$former")
case "$entities" in
*"User Mappings:"*)
  for user in ${entities#*User Mappings:}; do
    mc admin policy detach lake "$former" --user "$user"
  done
  ;;
esac
mc admin policy rm lake "$former"
