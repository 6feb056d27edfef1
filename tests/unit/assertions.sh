#!/bin/bash
# Internal facts are asserted: in the rooms that compute and agree, 10 times or more in a thousand lines.
set -euo pipefail

poor=0
for room in nn attention model dist train; do
  lines=$(cat "$SOURCE_DIR/src/$room"/*.[ch] | wc -l)
  assertions=$(cat "$SOURCE_DIR/src/$room"/*.[ch] | grep -cE '(^|[^_[:alnum:]])assert\(')
  echo "$room: $assertions assertions in $lines lines"
  ((assertions * 1000 >= 10 * lines)) || poor=1
done
((!poor)) || echo "FAILED: fewer than 10 assertions in a thousand lines: say what a reader has to know there"
exit $poor
