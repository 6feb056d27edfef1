#!/bin/bash
# The safetensors library opens what is exported and finds in it what inspect says, and inspect what the library
# wrote. Debian 13 has it (python3-safetensors, with python3-numpy). timeout: 60
set -euo pipefail

python=${SAFETENSORS_PYTHON:-python3}
"$python" -c 'import numpy, safetensors.numpy' 2> /dev/null || {
  echo "SKIPPED: no python3-safetensors and python3-numpy"
  exit 77
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 20 --questions 8 > /dev/null
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run=run steps=1 2> log || {
  cat log
  exit 1
}
for type in f32 f16 bf16; do
  "$LOCKSTEP" export run/checkpoints/latest $type.safetensors --format safetensors --type $type
done
"$LOCKSTEP" export run/checkpoints/latest folder
mv folder/model.safetensors hf.safetensors

cat > describe.py <<'END'
"""What the library says of the files that are named, as inspect does; written.safetensors is one that it wrote."""
import sys

import numpy
from safetensors import safe_open
from safetensors.numpy import save_file

save_file({"b": numpy.arange(6, dtype=numpy.float16).reshape(2, 3), "a": numpy.array([1, -2], dtype=numpy.int64)},
          "written.safetensors", metadata={"key": "value"})
for path in sys.argv[1:]:
    with safe_open(path, "numpy") as file, open(path + ".facts", "w") as facts:
        for key, value in file.metadata().items():
            print(f"metadata: {key}: {value}", file=facts)
        for name in file.keys():
            part = file.get_slice(name)
            print(f"tensor: {name}, {part.get_dtype()} {part.get_shape()}", file=facts)
END
files=({f32,f16,bf16,hf,written}.safetensors)
"$python" describe.py "${files[@]}"
for file in "${files[@]}"; do
  diff <(sort "$file.facts") <("$LOCKSTEP" inspect "$file" | grep -E '^(metadata|tensor): ' | sort) || {
    echo "FAILED: $file is not read alike"
    exit 1
  }
  echo "$file: $(wc -l < "$file.facts") lines alike"
done
