# What reports say of where their numbers are from. To be sourced.

facts_root=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Results are no part of what made them, and may be half written by now.
describe_commit() {
  local dirty=
  git -C "$facts_root" diff --quiet HEAD -- . ':!results' 2>/dev/null || dirty=-dirty
  git -C "$facts_root" describe --always 2>/dev/null | sed "s/\$/$dirty/" | grep . || echo unknown
}

# spell COMMAND WORD...: the command line, such that a shell reads the same words.
spell() {
  local line
  printf -v line ' %q' "$@"
  echo "${line# }"
}

describe_machine() { # nproc prints no more than OMP_NUM_THREADS
  echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed -n 1p), $(env -u OMP_NUM_THREADS nproc) cores"
}

# blas_kernels PROGRAM: those of OpenBLAS that lockstep chooses here, as OPENBLAS_CORETYPE names them.
blas_kernels() {
  "$1" --version | sed -n 's/^OpenBLAS .* \([A-Za-z0-9]*\)$/\U\1/p'
}

# clean_questions FILE: question<TAB>answer lines without what is no part of them: a byte order mark, carriage
# returns before line ends, and blanks around, as src/text/clean.c has them.
clean_questions() {
  local blank='([ \v\f\r]|\xC2[\x85\xA0]|\xE1\x9A\x80|\xE2\x80[\x80-\x8B\xA8\xA9\xAF]|\xE2\x81\x9F|\xE3\x80\x80|\xEF\xBB\xBF)'
  LC_ALL=C sed -E "s/^$blank+//; s/($blank|\t)+$//; s/$blank*\t$blank*/\t/g" <"$1" | awk 1
}

# commonest_answer FILE: of question<TAB>answer lines; the first in the alphabet of equals.
commonest_answer() {
  clean_questions "$1" | cut -f 2 | sort | uniq -c | sort -k 1,1nr -k 2 | sed -n '1s/^ *[0-9]* //p'
}
