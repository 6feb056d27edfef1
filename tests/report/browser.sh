#!/bin/bash
# Pages in a browser: Debian's chromium, driven by puppeteer-core (npm). Their HTML by tidy, where that is
# installed. timeout: 60
#   browser.sh            for the tests
#   browser.sh --pictures FOLDER   the same, and each page as PNG, to look at
set -euo pipefail

root=${SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
built=${TEST_PROGRAMS:-$root/build/tests/mpi}/..
lockstep=${LOCKSTEP:-$root/build/lockstep}
version=25.16.0
pictures=
[[ ${1-} != --pictures ]] || pictures=$(realpath "$2")

skip() {
  echo "SKIPPED: $*"
  exit 77
}

for program in node npm chromium; do
  command -v "$program" > /dev/null || skip "no $program"
done
modules=$built/report-modules
if [[ ! -d $modules/node_modules/puppeteer-core ]]; then
  npm install --prefix "$modules" --ignore-scripts --no-audit --no-fund --silent "puppeteer-core@$version" \
    > /dev/null 2>&1 || skip "npm cannot install puppeteer-core $version"
fi
export NODE_PATH=$modules/node_modules

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# rows STEPS: metrics.csv, with a spike and a loss that is no number.
rows() {
  echo step,loss,learning_rate,gradient_norm,target_tokens,tokens_per_second,compute_seconds,communication_seconds,\
data_seconds,skipped_updates,peak_memory_mb
  awk -v steps="$1" 'BEGIN { for (i = 1; i <= steps; i++) printf("%d,%s,%.6g,%.6g,4096,%.1f,%.6f,0.02,0.01,%d,300.0\n", i,
    i == 50 ? "nan" : 1.5 + 4 / i ^ 0.5 + (i == 70 ? 3 : 0), 0.006 * (1 - i / steps), 1 + (i * 7919 % 100) / 100,
    20000 + i % 7 * 100, 0.2 + i % 5 / 100, i > 60) }'
}

# history STEPS STARTS
history() {
  for ((i = 0; i < $2; i++)); do
    echo "2026-11-10T10:00:00Z step $(($1 * i / $2)) of $1, 2 ranks on a:1,b:1"
    ((i + 1 == $2)) || echo "2026-11-10T11:00:00Z rank 1 on b is gone"
  done
  echo "2026-11-10T12:00:00Z complete"
}

hostile='<script>alert(1)<'
mkdir run other empty "$hostile"
rows 120 > run/metrics.csv
rows 5000 > other/metrics.csv
rows 10 > "$hostile/metrics.csv"
history 120 11 > run/history.txt
history 5000 2 > other/history.txt
echo "2026-11-10T10:00:00Z $hostile/script>" > "$hostile/history.txt"
printf 'step,correct,questions\n60,100,500\n120,200,500\n' > run/dev.csv
for run in run empty "$hostile"; do
  "$lockstep" report "$run"
done
"$lockstep" report run other --axis tokens --out several.html
if command -v tidy > /dev/null; then
  for page in run/report.html "$hostile/report.html" several.html; do
    tidy -quiet -errors "$page"
  done
fi
node "$root/tests/report/browser.js" "$(command -v chromium)" run/metrics.csv "$pictures" \
  run/report.html empty/report.html "$hostile/report.html" several.html
