#!/bin/bash
# Builds with gcov's counters into build-coverage/, runs the unit tests alone, and prints what share of
# the lines of each room they run. Arguments go to ctest:
#   tests/coverage.sh -R unit.run_table
# Lines that no test runs, file by file: build-coverage/coverage.csv and coverage/index.html.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
build=$root/build-coverage

# Tests of texts and of the build, which run no code of ours.
left_out='^unit\.(format|layers|shellcheck|warnings|configure|get_data|split_questions|analyse_answers)$'

"$root/launch/setup.sh" --tests
if ! command -v gcovr > /dev/null; then
  echo "coverage.sh: needs gcovr: apt-get install gcovr" >&2
  exit 69
fi
echo "Building in $build"
# One copy of each kernel, or a line counts as many times as there are instruction sets.
"$root/launch/build.sh" --tests -DCMAKE_BUILD_TYPE=Coverage \
  -DCMAKE_C_FLAGS_COVERAGE="-O1 --coverage -fprofile-update=atomic -DLK_NO_CLONES" "$build"
find "$build" -name '*.gcda' -delete
cd "$build"
ctest --output-on-failure --no-tests=error --parallel "$(nproc)" --label-regex '^unit$' \
  --exclude-regex "$left_out" "$@"

mkdir -p coverage
gcovr --root "$root" --filter "$root/src/" --csv coverage.csv --html-details coverage/index.html .
awk -F, '
  NR == 1 { next }
  { split($1, path, "/"); room = path[2]; lines[room] += $2; run[room] += $3; all += $2; all_run += $3 }
  END {
    for (room in lines)
      printf "%-12s %6d lines %6.1f %%\n", room, lines[room], 100 * run[room] / lines[room] | "sort"
    close("sort")
    printf "%-12s %6d lines %6.1f %%\n", "total", all, 100 * all_run / all
  }' coverage.csv
