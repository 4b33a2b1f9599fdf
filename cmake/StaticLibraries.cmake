# How Debian's static libraries get into one file. The shared build needs nothing of this.
# gRPC's CMake package knows only the shared libraries; pkg-config knows the static ones and their order. libpq is the
# same in every build (Libpq.cmake).
execute_process(COMMAND ${PKG_CONFIG_EXECUTABLE} --static --libs grpc++ protobuf-lite
  OUTPUT_VARIABLE grpc_link OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(grpc_link)
add_library(plumb_grpc INTERFACE)
target_link_libraries(plumb_grpc INTERFACE -Wl,--start-group ${grpc_link} -lcares -lz -Wl,--end-group)
add_library(plumb_protobuf INTERFACE)
target_link_libraries(plumb_protobuf INTERFACE plumb_grpc)
