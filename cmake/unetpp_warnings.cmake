# Warns of what makes programs slow without an error, once however often the package is found; included by our own build
# and by the installed package alike. Our own programs have a build type (own_targets.cmake).
get_property(unetpp_warned GLOBAL PROPERTY UNETPP_WARNED)
set_property(GLOBAL PROPERTY UNETPP_WARNED TRUE)
if(NOT unetpp_warned AND NOT TARGET OpenMP::OpenMP_CXX)
  message(WARNING "unetpp: no OpenMP found, so that everything runs on one thread (Debian, for clang: libomp-dev)")
endif()
get_directory_property(unetpp_options COMPILE_OPTIONS)
if(NOT unetpp_warned AND NOT CMAKE_PROJECT_NAME STREQUAL unetpp AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES
   AND NOT "${CMAKE_CXX_FLAGS} ${unetpp_options}" MATCHES "[-/]O[1-3sgfzx]")
  message(WARNING "unetpp: no build type, so that nothing is optimised and all takes ten times as long: set "
                  "CMAKE_BUILD_TYPE to Release")
endif()
