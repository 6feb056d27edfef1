#!/bin/bash
# A build with LK_NO_AVX512 has no kernels for AVX-512 and does not say that it has.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/main.c" << 'END'
#include "base/clones.h"
#include "lockstep/kernels.h"
#include <stdio.h>

LK_CLONES void add(float *restrict to, const float *restrict from, int count) {
  for (int i = 0; i < count; i++) to[i] += from[i];
}

int main(void) {
  float numbers[64] = {0};
  add(numbers, numbers + 32, 32);
  printf("%s, %d bytes\n", lk_kernels_instruction_set(), lk_vector_bytes());
  return 0;
}
END

compile() {
  "${CC:-cc}" "$@" -O2 -I"$SOURCE_DIR/include" -I"$SOURCE_DIR/src" -o "$work/main" "$work/main.c" \
    "$SOURCE_DIR/src/base/kernels.c"
}

# clones: those of the function for AVX-512.
clones() {
  nm "$work/main" | grep -c 'add\..*x86_64_v4' || true
}

compile
[[ $("$work/main") == *x86-64-v[34]* && $(clones) == 1 ]] || {
  echo "SKIPPED: no AVX2, or a compiler without clones"
  exit 77
}
compile -DLK_NO_AVX512
[[ $("$work/main") == "x86-64-v3 (AVX2), 32 bytes" && $(clones) == 0 ]] || {
  echo "FAILED: $("$work/main"), $(clones) clones for AVX-512"
  exit 1
}
