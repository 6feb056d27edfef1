#!/bin/bash
# The README's scripts for Weights & Biases and for MLflow, as they stand there, send each row of a run. The two
# packages are stood in for (scripts.py): what is shown is the scripts and the names and arguments of the calls, not the
# services. timeout: 60
set -euo pipefail

python=python3
[[ ! -x /usr/bin/python3 ]] || python=/usr/bin/python3 # the one that Debian's packages are of
"$python" -c 'import yaml' 2> /dev/null || {
  echo "SKIPPED: no yaml for Python (python3-yaml)"
  exit 77
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 20 --questions 8 > /dev/null
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run=run steps=6 jsonl=true learning_rate=6e-5 2> log || {
  cat log
  exit 1
}
# Each block of ```py becomes a file.
awk '/^```py$/ { file = "script-" ++blocks ".py"; next } /^```/ { file = "" } file { print > file }' "$SOURCE_DIR/README.md"
for name in wandb mlflow; do
  script=$(grep -l "import .*$name" script-*.py)
  (($(wc -l < "$script") <= 11)) || {
    echo "FAILED: the script for $name is longer than is said"
    exit 1
  }
  "$python" "$SOURCE_DIR/tests/report/scripts.py" "$name" "$script" run
done
