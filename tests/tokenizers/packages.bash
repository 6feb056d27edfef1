# What the scripts beside this have in common: STRINGS, the program that makes strings, and need_packages.
SOURCE_DIR=${SOURCE_DIR:-$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
LOCKSTEP=${LOCKSTEP:-$SOURCE_DIR/build/lockstep}
built=${TEST_PROGRAMS:-$SOURCE_DIR/build/tests/mpi}/.. # the build's folder of tests
# shellcheck disable=SC2034 # for the scripts
STRINGS=$built/tokenizer_strings
packages=(gpt-tokenizer@4.0.0 @huggingface/tokenizers@0.2.0)

skip() {
  echo "SKIPPED: $*"
  exit 77
}

# need_packages: node finds them; they are installed once, into the build's folder.
need_packages() {
  local program modules=$built/tokenizer-modules
  for program in node npm; do
    command -v "$program" > /dev/null || skip "no $program"
  done
  if [[ ! -d $modules/node_modules/@huggingface/tokenizers ]]; then
    npm install --prefix "$modules" --ignore-scripts --no-audit --no-fund --silent "${packages[@]}" > /dev/null 2>&1 ||
      skip "npm cannot install ${packages[*]}"
  fi
  export NODE_PATH=$modules/node_modules
}
