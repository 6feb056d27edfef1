#!/bin/bash
# Scripts end with the same exit codes where nothing can be shown: the disk under the log is full.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# ends CODE COMMAND...
ends() {
  local expected=$1 code=0
  shift
  "$@" >/dev/full 2>&1 || code=$?
  ((code == expected)) || { echo "FAILED: $*: exit code $code, expected $expected" && exit 1; }
}

for script in "$SOURCE_DIR"/launch/*.sh; do
  [[ $script != */test*.sh ]] || continue
  ends 0 "$script" --help
  ends 64 "$script" --wrong
done
ends 64 "$SOURCE_DIR/launch/setup.sh" --tests --tests
echo "usage: 0 and 64"

ends 70 "$SOURCE_DIR/launch/build.sh" -DCMAKE_C_COMPILER=/nowhere built
: >file
ends 74 "$SOURCE_DIR/launch/build.sh" file/built
echo "a build that fails: 70 and 74"

# Without what is needed, and without apt-get; with a cmake that is too old.
mkdir bin all
for tool in bash dirname mktemp rm; do ln -s "$(command -v $tool)" bin; done
PATH=$work/bin ends 69 "$SOURCE_DIR/launch/setup.sh"
printf '#!/bin/bash\necho installed\n' >all/dpkg-query
printf '#!/bin/bash\necho "cmake version 2.8.12"\n' >all/cmake
chmod +x all/*
PATH=$work/all:$PATH ends 69 "$SOURCE_DIR/launch/setup.sh"
echo "nothing that could be built with: 69"

for script in slurm slurm-array; do
  LOCKSTEP_HOME=$work/nowhere SLURM_SUBMIT_DIR=$work ends 66 bash "$SOURCE_DIR/launch/$script.sbatch"
done
echo "batch scripts without the others: 66"

command -v python3 >/dev/null || exit 0
for script in "$SOURCE_DIR"/launch/*.py; do
  [[ -x $script ]] || continue
  ends 0 "$script" --help
  ends 64 "$script" --wrong
done
echo 'Bo Day. Bo Day (born 1 May 1900 at Bonn; died 10 July 1966 in Rome) was a singer and actor .' >corpus
ends 0 "$SOURCE_DIR/launch/other-questions.py" corpus questions
ends 74 "$SOURCE_DIR/launch/other-questions.py" corpus file
echo "scripts in Python: 0, 64 and 74"
