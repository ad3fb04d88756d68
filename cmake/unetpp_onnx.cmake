# unetpp::onnx (<unetpp/io/files/onnx.hpp>), where unetpp::io and the onnx library are found; included by our own build and by the
# installed package alike.
find_package(Protobuf QUIET) # first: the target of ONNX links its target
if(Protobuf_FOUND)
  find_package(ONNX QUIET)
endif()
if(TARGET ONNX::onnx)
  set(unetpp_onnx_library ONNX::onnx) # since ONNX 1.16
else()
  set(unetpp_onnx_library onnx)
endif()
if(NOT TARGET ${unetpp_onnx_library} OR NOT TARGET protobuf::libprotobuf)
  if(NOT unetpp_FIND_QUIETLY)
    message(STATUS "unetpp: no ONNX library found, so no unetpp::onnx and no export (Debian: libonnx-dev libprotobuf-dev)")
  endif()
elseif(TARGET unetpp::io AND NOT TARGET unetpp::onnx)
  add_library(unetpp::onnx INTERFACE IMPORTED GLOBAL)
  target_link_libraries(unetpp::onnx INTERFACE unetpp::io ${unetpp_onnx_library})
endif()
