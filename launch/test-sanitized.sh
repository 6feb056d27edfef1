#!/bin/bash
# Builds with AddressSanitizer and UndefinedBehaviorSanitizer into build-sanitized/ and runs every
# test that runs code of ours, leaks included; then a tiny training run under valgrind. Arguments go
# to ctest, and then valgrind is left out:
#   launch/test-sanitized.sh -R unit.pack
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/messages.bash
source "$(dirname "$0")/messages.bash"

root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
build=$root/build-sanitized
reports=$build/reports # see tests/CMakeLists.txt

# The bits of another build, a program that links without sanitizers, tests of texts alone, that of
# warnings (GCC has others beside its sanitizers), one that builds a copy without sanitizers, one that
# compares times, and those of scripts on emulated hosts.
left_out='^(unit\.(format|layers|shellcheck|get_data|warnings)|mpi\.(install|pinned_bits|quickstart)|reference\.versus_pytorch|cluster\..*)$'

"$root/launch/setup.sh" --tests
show "Building in $build"
"$root/launch/build.sh" --tests -DLOCKSTEP_SANITIZE=ON "$build"
rm -rf "$reports"
mkdir "$reports"
status=0
(cd "$build" && ctest --output-on-failure --no-tests=error --parallel "$(env -u OMP_NUM_THREADS nproc)" \
  --exclude-regex "$left_out" "$@") || status=$?

found=0
for report in "$reports"/*; do
  [[ -s $report ]] || continue
  # What unit.base asks for is more memory than there is.
  grep -qv 'WARNING: AddressSanitizer failed to allocate' "$report" || continue
  found=$((found + 1))
  ((found > 3)) || show "$(head -n 60 "$report")"
done
if ((found)); then
  show "FAILED: $found reports of the sanitizers in $reports"
  exit 1
fi
((status == 0)) || exit "$status"
(($#)) || "$root/tests/sanitize/valgrind.sh"
