#!/bin/bash
# Ten rounds of the torture. timeout: 900
set -euo pipefail
exec bash "$SOURCE_DIR/tests/torture/torture.sh" --rounds 10 --seed 1
