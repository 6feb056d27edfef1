#!/bin/bash
# CMake goes on without what is optional, and says so: the tests' packages, a oneDNN of a version that
# nobody knows yet, a library that is none. launch/build.sh --tests insists on tests. timeout: 300
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  cat log
  echo "FAILED: $*"
  exit 1
}

# configure FOLDER [-DNAME=VALUE ...]: sets `status`; what CMake says is in `log`.
configure() {
  local folder=$1
  shift
  status=0
  cmake -S "$SOURCE_DIR" -B "$folder" "$@" > log 2>&1 || status=$?
}

# says WORD...: one line has the words, wherever CMake breaks it.
says() {
  tr -s '\n ' ' ' < log | grep -qF -- "$*" || fail "it does not say: $*"
}

has_bf16() {
  grep -rqs LOCKSTEP_HAVE_ONEDNN "$1" --include=flags.make --include=build.ninja
}

# A pkg-config that has never heard of the tests' library, and a oneDNN that nobody knows.
cat > pkg-config << 'END'
#!/bin/bash
[[ " $* " != *cmocka* ]] || exit 1
exec pkg-config "$@"
END
chmod +x pkg-config
hidden=-DPKG_CONFIG_EXECUTABLE=$work/pkg-config
mkdir of-version-9
echo '#define DNNL_VERSION_MAJOR 9' > of-version-9/dnnl.h
: > libdnnl.so

configure plain "$hidden" "-DONEDNN_INCLUDE_DIR=$work/of-version-9"
((status == 0)) || fail "without cmocka, or with another oneDNN, a plain configure ends with $status"
says "No cmocka (libcmocka-dev): built without tests"
[[ ! -e plain/tests ]] || fail "there are tests without cmocka"
says "built without precision bf16"
! has_bf16 plain || fail "a oneDNN of version 9 is used"
echo "without cmocka, and with oneDNN 9: built without tests and without bf16"

configure plain -DONEDNN_INCLUDE_DIR=ONEDNN_INCLUDE_DIR-NOTFOUND "-DONEDNN_LIBRARY=$work/libdnnl.so"
((status == 0)) || fail "with half a oneDNN, CMake ends with $status"
says "built without precision bf16"
! has_bf16 plain || fail "an empty library is used"
echo "with an empty library for oneDNN: built without bf16"

status=0
"$SOURCE_DIR/launch/build.sh" --tests "$hidden" "$work/asked" > log 2>&1 || status=$?
((status == 70)) || fail "launch/build.sh --tests ends with $status where it cannot build tests"
says "launch/setup.sh --tests"
echo "without cmocka, and tests asked for: refused"
