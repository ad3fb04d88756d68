# Remembers what unetpp must leave alone; check_flags.cmake compares.
set(watched CMAKE_CXX_FLAGS CMAKE_CXX_FLAGS_RELEASE CMAKE_EXE_LINKER_FLAGS CMAKE_BUILD_TYPE CMAKE_CXX_STANDARD
            BUILD_SHARED_LIBS)
foreach(variable ${watched})
  set(before_${variable} "${${variable}}")
endforeach()
