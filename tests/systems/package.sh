#!/bin/bash
# What run.sh --package does inside the system that builds: the .deb, into /opt/package.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
cd /opt/lockstep
apt-get update -qq > /dev/null
launch/setup.sh > /dev/null
apt-get install -qq -y --no-install-recommends file > /dev/null
launch/build.sh
cpack --config build/CPackConfig.cmake -B /opt/package > /tmp/cpack.log || {
  cat /tmp/cpack.log
  exit 1
}
