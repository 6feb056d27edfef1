# SMPI in the place of an MPI. Its compiler would bring its own names for the C library's functions into every
# file; here the linker replaces the few that matter.
find_library(SIMGRID_LIBRARY simgrid REQUIRED)
find_path(SIMGRID_HEADERS smpi/mpi.h REQUIRED)
add_library(MPI::MPI_C INTERFACE IMPORTED GLOBAL)
target_include_directories(MPI::MPI_C SYSTEM INTERFACE ${SIMGRID_HEADERS}/smpi)
target_compile_definitions(MPI::MPI_C INTERFACE SMPI_NO_OVERRIDE_MALLOC)
target_link_libraries(MPI::MPI_C INTERFACE ${SIMGRID_LIBRARY})
set(MPI_C_FOUND TRUE)
set(MPI_FOUND TRUE)
