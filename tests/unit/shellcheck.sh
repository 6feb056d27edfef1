#!/bin/bash
# No script has a fault that shellcheck knows.
# timeout: 600
set -euo pipefail
cd "$SOURCE_DIR"

if ! command -v shellcheck >/dev/null; then
  echo "SKIPPED: shellcheck is not installed"
  exit 77
fi
find launch tests .ci -type f \( -name '*.sh' -o -name '*.sbatch' -o -path .ci/run \) -print0 |
  xargs -0 shellcheck
