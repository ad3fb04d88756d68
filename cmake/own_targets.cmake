# Flags of our own programs: they never reach those who use the library.
if(NOT TARGET unetpp::io)
  message(FATAL_ERROR "The examples and tests need ${unetpp_io_needs}")
endif()
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(unetpp_own_flags INTERFACE)
target_link_libraries(unetpp_own_flags INTERFACE unetpp::io)
if(MSVC)
  target_compile_options(unetpp_own_flags INTERFACE /W4)
else()
  target_compile_options(unetpp_own_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow)
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-march=native UNETPP_HAS_MARCH_NATIVE)
  if(UNETPP_NATIVE AND UNETPP_HAS_MARCH_NATIVE)
    target_compile_options(unetpp_own_flags INTERFACE -march=native)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      # gcc's own AVX-512 headers warn; its tuning for some processors halves the speed of Eigen's matrix product.
      target_compile_options(unetpp_own_flags INTERFACE -Wno-maybe-uninitialized -mtune=generic)
    endif()
  endif()
endif()

# The micro-kernels, compiled once for all programs.
target_compile_definitions(unetpp_own_flags INTERFACE UNETPP_SEPARATE_KERNELS)
add_library(unetpp_own_kernels STATIC ${CMAKE_CURRENT_LIST_DIR}/own_kernels.cpp)
target_link_libraries(unetpp_own_kernels PRIVATE unetpp_own_flags)
target_compile_definitions(unetpp_own_kernels PRIVATE UNETPP_DEFINE_KERNELS)
add_library(unetpp_own INTERFACE)
target_link_libraries(unetpp_own INTERFACE unetpp_own_flags unetpp_own_kernels)

# Sanitized programs take long to build: of the examples there are train_pets and predict, whose tests start them.
string(FIND "${CMAKE_CXX_FLAGS}" -fsanitize unetpp_sanitized)
if(unetpp_sanitized EQUAL -1)
  set(unetpp_sanitized OFF)
else()
  set(unetpp_sanitized ON)
  # Checking each sum of a pointer triples what the kernels take to compile; AddressSanitizer checks what they point at.
  target_compile_options(unetpp_own_kernels PRIVATE -fno-sanitize=pointer-overflow)
  target_sources(unetpp_own INTERFACE
                 $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${CMAKE_CURRENT_LIST_DIR}/leaks.cpp>)
endif()
