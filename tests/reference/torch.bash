# Sourced by scripts that need PyTorch: `python=$(find_torch) || exit 77`.

export PYTHONDONTWRITEBYTECODE=1
export OMP_NUM_THREADS=1 # threads for all cores would wait for each other, beside other tests

# Prints the first interpreter that has all three; PYTHON in the environment goes first.
find_torch() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3 /usr/bin/python3; do
    if "$candidate" -c 'import torch, h5py, numpy' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "SKIPPED: no python3 with torch, h5py and numpy" \
    "(apt-get install python3-torch python3-h5py python3-numpy)" >&2
  return 1
}
