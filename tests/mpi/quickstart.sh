#!/bin/bash
# The quickstart takes a rank for each core that it may use. On a fresh copy of the sources it builds, runs to its
# table, its page and an answer, and pretraining wins by a wide margin: it ends near 98 %.
# timeout: 900; needs: Open MPI
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for part in CMakeLists.txt src include launch configs; do
  cp -r "$SOURCE_DIR/$part" "$work/"
done
cd "$work"

# On one CPU it takes one rank, whatever the environment says of threads: an installed one, which builds nothing, and
# an mpirun that only says how it is called.
mkdir -p bin installed/build
cp -r launch configs installed/
ln -s "$LOCKSTEP" installed/build/lockstep
cat > bin/mpirun << 'END'
#!/bin/bash
[[ $1 != --version ]] || exec echo 'Open MPI'
echo "called: $*"
exit 1
END
chmod +x bin/mpirun
cpu=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')
PATH=$work/bin:$PATH OMP_NUM_THREADS=8 taskset -c "$cpu" installed/launch/quickstart.sh chosen > log 2>&1 || true
grep -q '^called: .*-np 1 ' log || {
  cat log
  exit 1
}

# Nobody need see what it shows.
launch/quickstart.sh run > /dev/full 2> log || {
  cat log
  exit 1
}
cat run/report.txt

# percent ROW: the accuracy in a row of the table.
percent() {
  sed -n "s/^  $1 .*: \([0-9.]*\)%$/\1/p" run/report.txt
}

awk -v pretrained="$(percent 'pretrained on biographies')" -v scratch="$(percent 'no pretraining')" \
  -v constant="$(percent 'always ".*"')" 'BEGIN {
    print "pretrained " pretrained ", scratch " scratch ", constant " constant
    exit !(pretrained >= 80 && scratch != "" && scratch < 15 && constant != "" && constant < 15)
  }'
awk -F, 'NR == 2 { first = $3 } END { print "loss " first " -> " $3; exit !($3 > 0 && $3 < first / 2) }' run/pretrain/metrics.csv
[[ -s run/report.html ]]

# The command that the table ends with answers.
sed -n 's/^  ask it *//p' run/report.txt > ask.sh
[[ $(bash ask.sh) == [A-ZØÅ]* ]]
