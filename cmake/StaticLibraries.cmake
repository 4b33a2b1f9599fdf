# How Debian's static libraries get into one file. The shared build needs nothing of this.
#
# - gRPC: its CMake package knows only the shared libraries; pkg-config knows the static ones and their order.
# - libpq: libpq.a wants two support archives of the server's development package, and GSSAPI and LDAP, which have no
#   static library. probes/postgres/static_seam.cpp answers for both: "not here".
execute_process(COMMAND ${PKG_CONFIG_EXECUTABLE} --static --libs grpc++ protobuf-lite
  OUTPUT_VARIABLE grpc_link OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(grpc_link)
add_library(plumb_grpc INTERFACE)
target_link_libraries(plumb_grpc INTERFACE -Wl,--start-group ${grpc_link} -lcares -lz -Wl,--end-group)
add_library(plumb_protobuf INTERFACE)
target_link_libraries(plumb_protobuf INTERFACE plumb_grpc)

file(GLOB postgres_lib_folders /usr/lib/postgresql/*/lib)
find_library(PLUMB_PGCOMMON_LIBRARY pgcommon_shlib HINTS ${postgres_lib_folders} REQUIRED)
find_library(PLUMB_PGPORT_LIBRARY pgport_shlib HINTS ${postgres_lib_folders} REQUIRED)
add_library(plumb_libpq_seam OBJECT ${CMAKE_SOURCE_DIR}/probes/postgres/static_seam.cpp)
add_library(plumb_libpq INTERFACE)
target_include_directories(plumb_libpq SYSTEM INTERFACE ${PLUMB_PQ_INCLUDE})
target_link_libraries(plumb_libpq INTERFACE ${PLUMB_PQ_LIBRARY} ${PLUMB_PGCOMMON_LIBRARY} ${PLUMB_PGPORT_LIBRARY}
  OpenSSL::SSL OpenSSL::Crypto $<TARGET_OBJECTS:plumb_libpq_seam>)
