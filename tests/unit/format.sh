#!/bin/bash
# The sources are formatted as .clang-format says, by the version that Debian 12 has.
set -euo pipefail
cd "$SOURCE_DIR"

version=14
if ! clang-format --version 2>/dev/null | grep "version $version\." > /dev/null; then
  echo "SKIPPED: clang-format $version is not installed (others break lines differently)"
  exit 77
fi

if echo 'int  badly ;' | clang-format --dry-run -Werror --style=file 2>/dev/null; then
  echo "FAILED: clang-format accepts anything here"
  exit 1
fi
find src include tests launch -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
