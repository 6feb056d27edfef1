#!/bin/bash
# What is installed works from where it is: the program, its man pages and completion, the launchers, the
# library for C and C++ by pkg-config; and the recipes for packages name what is there. timeout: 300
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
build=$(dirname "$LOCKSTEP")

fail() {
  echo "FAILED: $*"
  exit 1
}

DESTDIR=$work/root cmake --install "$build" --prefix /opt/lockstep > log 2>&1 || fail "DESTDIR: $(cat log)"
[[ $(ls root) == opt ]] || fail "outside of the prefix: $(ls root)"
mv root/opt/lockstep here # a package is moved to where it belongs, and everything still fits
prefix=$work/here
unset LOCKSTEP
export PATH=$prefix/bin:$PATH

# The program and its pages
lockstep --version > version
for library in lockstep 'gcc|[Cc]lang' 'glibc|C library' 'MPI|MPICH' OpenBLAS oneDNN HDF5 libcyaml \
  libyaml cJSON xxHash utf8proc OpenSSL libbz2 zlib zstd liblzma expat; do
  grep -qE "$library" version || fail "--version does not name $library: $(cat version)"
done
commands=$(lockstep --help=words | grep -v '^-')
for command in '' $commands; do
  page=$prefix/share/man/man1/lockstep${command:+-$command}.1
  grep -q '^\.SH NAME' "$page" || fail "$page is no man page"
  ! command -v groff > log || [[ -z $(groff -man -Tutf8 -Kutf8 -ww -z "$page" 2>&1) ]] ||
    fail "$page: $(groff -man -Tutf8 -Kutf8 -ww -z "$page" 2>&1)"
done
grep -q '^\.B \\-\\-json FILE' "$prefix/share/man/man1/lockstep-bench.1" || fail "bench's page lacks --json"
grep -q '^\.B learning_rate' "$prefix/share/man/man1/lockstep-pretrain.1" || fail "pretrain's page lacks keys"
code=0
lockstep bench --help=html > log 2>&1 || code=$?
((code == 64)) || fail "--help=html: exit code $code: $(cat log)"

# complete WORD...: what the shell offers for the last one.
complete_words() {
  # shellcheck disable=SC2016 # for the inner shell
  bash -c 'source "$0"; compopt() { :; }; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _lockstep
    echo "${COMPREPLY[@]}"' "$prefix/share/bash-completion/completions/lockstep" "$@"
}
[[ $(complete_words lockstep pre) == "prepare pretrain" ]] || fail "pre: $(complete_words lockstep pre)"
[[ $(complete_words lockstep pretrain learn) == learning_rate= ]] || fail "learn"
[[ $(complete_words lockstep bench --js) == --json ]] || fail "--js"
[[ -z $(complete_words lockstep inspect fil) ]] || fail "files are left to the shell"

# A launcher and a config
lockstep synth data --people 80 --questions 40 > log
training=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run=run steps=2)
code=0
"$prefix/share/lockstep/launch/local.sh" -n 1 "${training[@]}" > log 2>&1 || code=$?
if [[ $code == 69 && $(mpirun --version) == *HYDRA* ]]; then
  grep -q "^local.sh: the mpirun here is not Open MPI's" log || fail "another mpirun: $(cat log)"
  lockstep pretrain "${training[@]}" 2> log || fail "the installed program: $(cat log)"
elif ((code)); then
  fail "the installed launcher: $(cat log)"
fi
lockstep inspect run/checkpoints/latest | grep -x "step: 2" > found || fail "not trained"
for config in "$prefix"/share/lockstep/configs/*/*.yaml; do
  lockstep config "$config" corpus=data/wiki.txt run=other questions=data/birth_places_train.tsv > log ||
    fail "$config"
done
[[ ! -e $prefix/share/lockstep/launch/setup.sh ]] || fail "what builds is installed"

# The library, from C++
cat > program.cc << 'END'
#include <cstdio>
#include <string>
END
for header in "$prefix"/include/lockstep/*.h; do
  echo "#include <lockstep/$(basename "$header")>" >> program.cc
done
cat >> program.cc << 'END'
int main(int argc, char **argv) {
  lk_checkpoint *checkpoint = nullptr;
  if (argc < 2 || lk_checkpoint_read(&checkpoint, argv[1], 0) != LK_OK) {
    lk_say("%s", lk_message());
    return 1;
  }
  std::printf("%s\n", std::string(checkpoint->info.parameter_hash.hex).c_str());
  lk_checkpoint_free(checkpoint);
}
END
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
read -ra flags <<< "$(pkg-config --cflags --libs lockstep)"
if command -v c++ > log; then
  c++ -std=c++17 -Wall -Werror program.cc -o program "${flags[@]}" > log 2>&1 || fail "C++: $(cat log)"
  [[ "parameter hash: $(./program run/checkpoints/latest)" == \
    "$(lockstep inspect run/checkpoints/latest | grep '^parameter hash')" ]] || fail "the library reads it otherwise"
fi

# The package
if command -v dpkg-deb > log && command -v dpkg-shlibdeps > log && command -v file > log; then
  cpack --config "$build/CPackConfig.cmake" -B pack > log 2>&1 || fail "cpack: $(cat log)"
  package=$(echo pack/*.deb)
  dpkg-deb -f "$package" Depends > depends
  for name in libopenblas libhdf5 libc6 libcyaml; do
    grep -q "$name" depends || fail "the package does not depend on $name: $(cat depends)"
  done
  dpkg-deb -c "$package" > content
  for file in ./usr/bin/lockstep ./usr/share/man/man1/lockstep-pretrain.1 ./usr/share/lockstep/launch/local.sh \
    './usr/share/lockstep/build/lockstep -> ../../../bin/lockstep'; do
    grep -qF -- " $file" content || fail "the package lacks $file"
  done
fi

# The recipes: Spack's, with its language played by a recorder, and Apptainer's.
cat > recipe.py << 'END'
import sys, types
spack, package = types.ModuleType("spack"), types.ModuleType("spack.package")
package.CMakePackage = type("CMakePackage", (), {})
needs = []
package.depends_on = lambda name, **_: needs.append(name.split("@")[0])
for directive in ("version", "variant", "license", "maintainers"):
    setattr(package, directive, lambda *_, **__: None)
sys.modules.update({"spack": spack, "spack.package": package})
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"))
print(*sorted(needs))
END
[[ $(python3 recipe.py "$SOURCE_DIR/launch/packaging/package.py") == "bzip2 c cjson cmake expat gnuplot hdf5 libcyaml \
libedit libyaml mpi onednn openblas openssl pkgconfig python random123 utf8proc xxhash xz zlib-api zstd" ]] || fail "Spack's recipe"
definition=$SOURCE_DIR/launch/lockstep.def
sed -n '/^%files/,/^%post/p' "$definition" | awk '/^ / { print $1 }' > files
[[ -s files ]] || fail "Apptainer's recipe copies nothing"
while read -r file; do
  [[ -e $SOURCE_DIR/$file ]] || fail "Apptainer's recipe copies $file, which is not there"
done < files
sed -n '/^%post/,/^%environment/p' "$definition" | grep -v '^%' | bash -n || fail "Apptainer's recipe"
echo "what is installed works"
