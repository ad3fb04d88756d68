# unetpp::onnx (<unetpp/io/onnx.hpp>), where unetpp::io and the onnx library are found; included by our own build and by the
# installed package alike.
find_package(Protobuf QUIET) # first: the target of ONNX links its target
if(Protobuf_FOUND)
  find_package(ONNX QUIET)
endif()
if(TARGET unetpp::io AND TARGET onnx AND TARGET protobuf::libprotobuf AND NOT TARGET unetpp::onnx)
  add_library(unetpp::onnx INTERFACE IMPORTED GLOBAL)
  target_link_libraries(unetpp::onnx INTERFACE unetpp::io onnx)
endif()
