#!/bin/bash
# Pages in a browser: Debian's chromium, driven by puppeteer-core (npm). Their HTML by tidy, where that is
# installed. timeout: 60
#   browser.sh            for the tests
#   browser.sh --pictures FOLDER   the same, and each page as PNG, to look at
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

root=${SOURCE_DIR:-$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
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

# rows STEPS: metrics.csv, with a spike, and numbers that are none or cannot be drawn.
rows() {
  echo step,loss,learning_rate,gradient_norm,target_tokens,tokens_per_second,compute_seconds,communication_seconds,\
data_seconds,skipped_updates,peak_memory_mb
  awk -v steps="$1" 'BEGIN { for (i = 1; i <= steps; i++) printf("%d,%s,%.6g,%.6g,4096,%.1f,%s,0.02,0.01,%d,300.0\n", i,
    i == 50 ? "nan" : i == 51 ? "1e307" : 1.5 + 4 / i ^ 0.5 + (i == 70 ? 3 : 0), 0.006 * (1 - i / steps),
    1 + (i * 7919 % 100) / 100, 20000 + i % 7 * 100, i == 52 ? "nan" : 0.2 + i % 5 / 100, i > 60) }'
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
mkdir run long other empty "$hostile"
echo "seed: 1" > empty/config.yaml # all that a run has that was stopped before its first step
rows 120 > run/metrics.csv
rows 100000 > long/metrics.csv
rows 5000 > other/metrics.csv
rows 10 > "$hostile/metrics.csv"
history 120 11 > run/history.txt
history 5000 2 > other/history.txt
echo "2026-11-10T10:00:00Z $hostile/script>" > "$hostile/history.txt"
printf 'step,correct,questions\n60,100,500\n70,600,500\n80,1,0\n120,200,500\n' > run/dev.csv
for ((i = 1; i <= 40; i++)); do
  printf 'after step %d\n  Ada was born in Rome.\n' $i
done > run/samples.txt
for run in run long empty "$hostile"; do
  "$lockstep" report "$run"
done
(($(stat -c %s long/report.html) <= 2 << 20)) || {
  echo "FAILED: the page of 100,000 steps has $(stat -c %s long/report.html) bytes"
  exit 1
}
"$lockstep" report run other --axis tokens --out several.html
pages=({run,long,empty,"$hostile"}/report.html several.html)

# A run that writes its own page, with heads.
"$lockstep" synth data --people 20 --questions 8 > /dev/null
"$lockstep" pretrain "$root/configs/tiny.yaml" corpus=data/wiki.txt run=own steps=12 report=true report_heads=auto \
  samples=Ada 2> log || {
  cat log
  exit 1
}
pages+=(own/report.html)
if command -v gnuplot > /dev/null; then
  "$lockstep" attention all --samples 50 --out attention > /dev/null
  pages+=(attention/index.html)
else
  echo "no gnuplot: the page of the attention experiments is not looked at"
fi
if command -v tidy > /dev/null; then
  for page in "${pages[@]}"; do
    tidy -quiet -errors "$page"
  done
else
  echo "no tidy: HTML is not checked by it"
fi
node "$root/tests/report/browser.js" "$(command -v chromium)" "$pictures" "${pages[@]}"
