# A recipe for Spack (https://spack.io): put it into a repository of recipes as
# packages/lockstep/package.py, and give `version` the place and checksum of a release.
from spack.package import *


class Lockstep(CMakePackage):
    """Data-parallel training of a GPT over MPI ranks, with the same bits on any number of them,
    through any stop and restart."""

    maintainers("lockstep")
    license("Apache-2.0")

    version("0.1.0")

    variant("onednn", default=True, description="precision bf16 on processors that have it")

    depends_on("c", type="build")
    depends_on("cmake@3.18:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("random123", type="build")
    depends_on("mpi")
    depends_on("openblas")
    depends_on("hdf5")
    depends_on("libcyaml")
    depends_on("libyaml")
    depends_on("xxhash")
    depends_on("utf8proc")
    depends_on("openssl")
    depends_on("cjson")
    depends_on("expat")
    depends_on("bzip2")
    depends_on("zlib-api")
    depends_on("zstd")
    depends_on("xz")
    depends_on("onednn@2:3", when="+onednn")
    depends_on("libedit")
    depends_on("python", type="run")
    depends_on("gnuplot", type="run")

    def cmake_args(self):
        return [
            self.define("BUILD_TESTING", False),
            self.define("CMAKE_DISABLE_FIND_PACKAGE_OpenMP", "~onednn" in self.spec),
        ]
