# unetpp::mpi (<unetpp/mpi/processes.hpp>), where an MPI is found; included by our own build and by the installed package alike.
set(MPI_CXX_SKIP_MPICXX TRUE) # the C interface is all that is used; that for C++ is not of MPI any more
find_package(MPI QUIET COMPONENTS CXX)
if(NOT TARGET MPI::MPI_CXX)
  if(NOT unetpp_FIND_QUIETLY)
    message(STATUS "unetpp: no MPI found, so no unetpp::mpi (Debian: libopenmpi-dev openmpi-bin, or libmpich-dev mpich)")
  endif()
elseif(NOT TARGET unetpp::mpi)
  add_library(unetpp::mpi INTERFACE IMPORTED GLOBAL)
  target_link_libraries(unetpp::mpi INTERFACE unetpp::unetpp MPI::MPI_CXX)
endif()
