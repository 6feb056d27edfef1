#!/bin/bash
# No script has a fault that shellcheck knows, nor one that it does not.
# timeout: 600
set -euo pipefail
cd "$SOURCE_DIR"

if ! command -v shellcheck >/dev/null; then
  echo "SKIPPED: shellcheck is not installed"
  exit 77
fi
find launch tests .ci -type f \( -name '*.sh' -o -name '*.sbatch' -o -path .ci/run \) -print0 |
  xargs -0 shellcheck

# head closes its pipe early: with pipefail, a program that has more to say than fits the pipe is killed by it, now
# and then. `sed -n 1p` reads to the end; `head -n -N` does, too.
if grep -rnE '(^|[^|])[|] *head( -?[a-z]* *[^- a-z].*| *)$' launch tests --include='*.sh' --include='*.bash' --include='*.sbatch'; then
  echo "FAILED: into head, which does not read to the end"
  exit 1
fi
