# What `cmake --install` installs, and the package that `cpack` makes of it. Paths inside are relative,
# so that DESTDIR and other prefixes hold.
include(GNUInstallDirs)
set(share ${CMAKE_INSTALL_DATADIR}/lockstep)
set(packaging ${PROJECT_SOURCE_DIR}/launch/packaging)

install(TARGETS lockstep RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
list(TRANSFORM lockstep_layers PREPEND lockstep_ OUTPUT_VARIABLE libraries)
install(TARGETS ${libraries} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS lockstep_loopback LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/lockstep)
install(DIRECTORY include/lockstep DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The launchers look into build/ beside their folder for the program and what they preload: links to both.
install(DIRECTORY configs DESTINATION ${share})
install(DIRECTORY launch DESTINATION ${share} USE_SOURCE_PERMISSIONS
  PATTERN packaging EXCLUDE PATTERN "lockstep.def" EXCLUDE PATTERN "*.c" EXCLUDE
  PATTERN "setup.sh" EXCLUDE PATTERN "build.sh" EXCLUDE PATTERN "test*.sh" EXCLUDE)
file(RELATIVE_PATH program /${share}/build /${CMAKE_INSTALL_BINDIR}/lockstep)
file(RELATIVE_PATH loopback /${share}/build /${CMAKE_INSTALL_LIBDIR}/lockstep/lockstep-loopback.so)
install(CODE "set(folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${share}/build\")
file(MAKE_DIRECTORY \"\${folder}\")
file(CREATE_LINK \"${program}\" \"\${folder}/lockstep\" SYMBOLIC)
file(CREATE_LINK \"${loopback}\" \"\${folder}/lockstep-loopback.so\" SYMBOLIC)")

# pkg-config: the layers from the highest down, then the libraries that they need.
list(REVERSE libraries)
list(TRANSFORM libraries PREPEND -l)
list(JOIN libraries " " lockstep_link)
list(TRANSFORM MPI_C_INCLUDE_DIRS PREPEND -I OUTPUT_VARIABLE mpi_include)
list(JOIN mpi_include " " mpi_include)
list(JOIN MPI_C_LIBRARIES " " mpi_link)
set(onednn_link "")
if(TARGET onednn)
  list(JOIN OpenMP_C_LIBRARIES " " openmp_link)
  set(onednn_link "${ONEDNN_LIBRARY} ${openmp_link}")
endif()
file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" up "${up}")
configure_file(${packaging}/lockstep.pc.in ${PROJECT_BINARY_DIR}/packaging/lockstep.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/packaging/lockstep.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The program writes its own man pages and the words that the shell completes.
install(CODE "set(program \"$<TARGET_FILE:lockstep>\")
set(emulator \"${CMAKE_CROSSCOMPILING_EMULATOR}\")
set(packaging \"${packaging}\")
set(work \"${PROJECT_BINARY_DIR}/packaging\")
set(mandir \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1\")
set(completions \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/bash-completion/completions\")
include(\"${packaging}/pages.cmake\")")

# `cpack` makes a .deb.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The Lockstep maintainers <lockstep@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "data-parallel training of a GPT on CPU clusters")
set(CPACK_PACKAGE_DESCRIPTION "Trains a GPT over MPI ranks with the same bits on any number of them,
 through any stop and restart, and without computing padding.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
if(MPI_C_LIBRARIES MATCHES mpich)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS mpich)
else()
  set(CPACK_DEBIAN_PACKAGE_DEPENDS openmpi-bin)
endif()
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3, gnuplot-nox, hdf5-tools, bash-completion")
include(CPack)
