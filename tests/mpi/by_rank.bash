#!/bin/bash
# by_rank.bash COMMAND...: run on several ranks, each of which becomes the command of its number, a text
# for the shell. In place of `mpirun … : …`, at which the mpirun of Debian's Open MPI 5 crashes.
rank=${OMPI_COMM_WORLD_RANK:-${PMI_RANK:?started without mpirun}}
shift "$rank"
eval "exec $1"
