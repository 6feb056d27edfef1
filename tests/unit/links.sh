#!/bin/bash
# The scripts find the files that belong to them through a link too, and with any CDPATH.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$SOURCE_DIR"
export CDPATH=.:$SOURCE_DIR/tests

fail() {
  echo "FAILED: $*"
  exit 1
}

# help SCRIPT: says of all but those that hand their arguments on.
help() {
  "$1" --help > "$work/said" 2>&1 || fail "$1: exit code $?: $(cat "$work/said")"
  [[ $(sed -n 1p "$work/said") == usage:* ]] || fail "$1: $(cat "$work/said")"
}

for script in launch/*.sh; do
  [[ $script != launch/test*.sh ]] || continue
  help "$script"
  ln -s "$SOURCE_DIR/$script" "$work"
  help "$work/$(basename "$script")"
done

# The others: what looks for its folder follows a link first, and prints no other.
# shellcheck disable=SC2016 # as the scripts have it
grep -rlE 'dirname "\$(0|\{BASH_SOURCE\[0\]\})"' launch tests --include='*.sh' > "$work/scripts"
# shellcheck disable=SC2016
while read -r script; do
  [[ $script == tests/unit/links.sh ]] || grep -qF '[[ ! -L $0 ]] || exec' "$script" || fail "$script follows no link"
done < "$work/scripts"
! grep -rnE '\$\(cd .*pwd\)' launch tests --include='*.sh' --include='*.bash' || fail "these heed CDPATH"
