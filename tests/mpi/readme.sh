#!/bin/bash
# Runs every command of the READMEs, in order, but for four that run elsewhere: launch/test.sh runs
# this, tests/mpi/quickstart.sh and reproduce.sh run those of launch, install.sh installs. The recipes for real data are cut to two
# steps of a small model. timeout: 300; needs: Open MPI
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir build bin
ln -s "$SOURCE_DIR/configs" "$SOURCE_DIR/launch" .

cat > build/lockstep <<END
#!/bin/bash
short=()
[[ ! "\$*" =~ configs/(seed|knowledge|wikipedia|language)/ ]] ||
  short=(steps=2 batch_size=16 model.layers=1 model.heads=2 model.channels=32)
exec "$LOCKSTEP" "\$@" "\${short[@]}"
END
# A stand-in for Slurm, which starts a job here; tests/cluster/slurm.sh has a real one.
cat > bin/sbatch <<END
#!/bin/bash
export SLURM_JOB_ID=1 SLURM_SUBMIT_DIR=$work SLURM_JOB_NUM_NODES=1 SLURM_JOB_CPUS_PER_NODE=2
SLURM_JOB_NODELIST=here exec bash "\$@"
END
printf '#!/bin/bash\nexit 1\n' > bin/srun
chmod +x build/lockstep bin/sbatch bin/srun
echo localhost slots=2 > hosts
{
  echo '<mediawiki xml:lang="en">'
  seq 300 | awk '{
    printf "<page><title>Person %d</title><ns>0</ns><id>%d</id><revision><text>{{Infobox person|birth_place=[[Town %d]]}}\n" \
      "\x27\x27\x27Person %d\x27\x27\x27 was born in Town %d and wrote %d books.</text></revision></page>\n", $1, $1, $1, $1, $1, $1
  }'
  echo '</mediawiki>'
} | bzip2 > enwiki-pages-articles.xml.bz2
LOCKSTEP=$work/build/lockstep # the scripts' too
PATH=$work/bin:$PATH

# The lines of all blocks of one language; continued lines are joined.
blocks() {
  sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$SOURCE_DIR/README.md" "$SOURCE_DIR/launch/README.md" |
    sed -e ':a' -e '/\\$/N; s/\\\n *//; ta'
}

real=$SOURCE_DIR/../shared/data
run=0
while read -r line; do
  case $line in
    '' | '#'* | launch/quickstart.sh* | launch/test.sh* | launch/reproduce.sh* | 'cmake -B'*) continue ;;
    launch/get-data.sh*)
      if [[ ! -f $real/wiki.txt ]]; then
        echo "invented data instead of: $line"
        line="$LOCKSTEP synth data"
      fi
      line=${line//PATH-OR-URL/$real}
      ;;
  esac
  echo "+ $line"
  bash -c "$line" > log 2>&1 < /dev/null || {
    cat log
    echo "FAILED: $line"
    exit 1
  }
  run=$((run + 1))
done < <(blocks sh)
((run >= 15)) || {
  echo "FAILED: only $run commands found"
  exit 1
}

# What inspect says of the small run, but for the hash, which depends on the machine.
build/lockstep inspect runs/tiny/checkpoints/latest > facts
blocks text | sed -n '/^kind: checkpoint$/,/^parameter hash: /p' > shown
(($(wc -l < shown) >= 10))
while read -r line; do
  [[ $line != … && $line != 'parameter hash: '????????… ]] || continue
  grep -qxF -- "$line" facts || {
    echo "FAILED: README.md says of the small run '$line', inspect: $(sed -n '1,/^build: /p' facts)"
    exit 1
  }
done < shown

# The lines of Python are run by tests/reference/load_checkpoint.py, with `path` for the checkpoint.
[[ $(blocks python | wc -l) == 3 ]]
while read -r line; do
  line=${line/\"runs*latest\"/path}
  grep -qF -- "$line" "$SOURCE_DIR/tests/reference/load_checkpoint.py" || {
    echo "FAILED: tests/reference/load_checkpoint.py has no line '$line'"
    exit 1
  }
done < <(blocks python)
