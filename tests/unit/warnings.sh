#!/bin/bash
# The compiler and CMake had no warning for what launch/build.sh built last.
set -euo pipefail

log=$(dirname "$LOCKSTEP")/build.log
[[ -e $log ]] || {
  echo "SKIPPED: launch/build.sh did not build this"
  exit 77
}
if grep -A 5 -E 'warning:|CMake Warning' "$log"; then
  echo "FAILED: the build has warnings"
  exit 1
fi
