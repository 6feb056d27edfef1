#!/bin/bash
# Where Lockstep is installed, without its source, runs and results go where the user is.
set -euo pipefail

for tool in gnuplot python3; do
  command -v $tool > /dev/null || { echo "SKIPPED: $tool is not installed" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/share/lockstep" "$work/here/data"
cp -r "$SOURCE_DIR/launch" "$work/share/lockstep"
cd "$work/here"
touch data/{wiki.txt,birth_places_train.tsv,birth_dev.tsv,birth_test_inputs.tsv}
echo 'a: pretrain.yaml: finetune.yaml' > recipes.txt
printf '#!/bin/bash\nexit 70\n' > lockstep # they end before they train
chmod +x lockstep
export LOCKSTEP=$PWD/lockstep

# goes FOLDER SCRIPT ARGUMENT...: where its results go.
goes() {
  local code=0
  "$work/share/lockstep/launch/$2" "${@:3}" > log 2>&1 || code=$?
  if ((code != 70)) || [[ ! -d $1 || -n $(find "$work/share" -name runs -o -name results) ]]; then
    echo "FAILED: $2: exit code $code, folders: $(find "$work" -name runs -o -name results): $(cat log)"
    exit 1
  fi
  rm -r "$1"
}
goes runs/experiment reproduce.sh data
for script in compare.sh recall.sh; do
  goes runs/side $script recipes.txt data/wiki.txt data/birth_places_train.tsv data/birth_dev.tsv side.md
done
