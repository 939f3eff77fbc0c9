#!/usr/bin/env bash
# Installs what the stack tests need and the machine lacks, where that is Debian or Ubuntu: PostgreSQL, Maven, a JDK 17, and a
# Chromium for the Trino Web UI. A JDK 24 or later and Go 1.24 or later are not in Debian's own packages: they must be there.
set -euo pipefail

packages=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages+=(postgresql)
command -v mvn >/dev/null || packages+=(maven)
ls -d /usr/lib/jvm/*17* >/dev/null 2>&1 || packages+=(openjdk-17-jdk-headless)
command -v chromium >/dev/null || command -v google-chrome >/dev/null || packages+=(chromium)
[[ ${#packages[@]} -gt 0 ]] || exit 0

command -v apt-get >/dev/null || { echo "the stack tests need: ${packages[*]}" >&2; exit 1; }
sudo=$([[ $(id -u) -eq 0 ]] || echo sudo)
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qq --yes --no-install-recommends "${packages[@]}"
