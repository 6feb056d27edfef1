#!/bin/bash
# The comparison of language models with PyTorch runs from end to end, on a tiny one: both learn, both
# curves and both texts are there. Its times are not looked at.
set -euo pipefail

# shellcheck source=/dev/null
source "$SOURCE_DIR/tests/reference/torch.bash"
find_torch >/dev/null || exit 77

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for ((i = 0; i < 400; i++)); do
  echo "The town of number $i lies on a river. She was born there in the year $((1900 + i)), and left it early."
done > towns.txt
"$SOURCE_DIR/tests/bench/language.sh" --out out --config "$SOURCE_DIR/configs/language/tiny.yaml" --size 300 \
  --steps 24 --pilot 1 --rates 1e-3 --ways '^plain$' towns.txt > said

number='[0-9]+(\.[0-9]+)?(e-[0-9]+)?'
for side in lockstep pytorch; do
  (($(grep -cE "^$side(,$number){5}\$" out/language.csv) >= 8)) || { cat out/language.csv && exit 1; }
  # The last held-out bits a byte are fewer than the first.
  awk -F, -v side=$side '$1 == side { if (!first) first = $5; last = $5 } END { exit !(last < 0.9 * first) }' \
    out/language.csv || { cat out/language.csv && exit 1; }
done
for prompt in 'The town of' 'She was'; do
  (($(grep -c "^> $prompt" out/language.md) == 2)) || { cat out/language.md && exit 1; }
done
grep -q '</svg>' out/language.svg
