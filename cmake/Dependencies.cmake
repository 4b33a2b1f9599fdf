# Everything comes from Debian's packages (`./dev setup` installs them). Nothing is downloaded by CMake.
if(PLUMB_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(Boost_USE_STATIC_LIBS ON)
  set(OPENSSL_USE_STATIC_LIBS ON)
  set(Protobuf_USE_STATIC_LIBS ON)
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)

find_library(PLUMB_CARES_LIBRARY cares REQUIRED)
find_library(PLUMB_YAML_LIBRARY yaml-cpp REQUIRED)
find_library(PLUMB_HIREDIS_LIBRARY hiredis REQUIRED)
find_library(PLUMB_PQ_LIBRARY pq REQUIRED)
find_path(PLUMB_PQ_INCLUDE libpq-fe.h PATH_SUFFIXES postgresql REQUIRED)

# Third-party headers are system headers: their warnings are not ours.
add_library(plumb_cares INTERFACE)
target_link_libraries(plumb_cares INTERFACE ${PLUMB_CARES_LIBRARY})
add_library(plumb_yaml_cpp INTERFACE)
target_link_libraries(plumb_yaml_cpp INTERFACE ${PLUMB_YAML_LIBRARY})
add_library(plumb_hiredis INTERFACE)
target_link_libraries(plumb_hiredis INTERFACE ${PLUMB_HIREDIS_LIBRARY})
if(NOT PLUMB_STATIC)
  # The static link of libpq needs the seam in probes/postgres; a shared libpq brings its own dependencies.
  add_library(plumb_libpq INTERFACE)
  target_include_directories(plumb_libpq SYSTEM INTERFACE ${PLUMB_PQ_INCLUDE})
  target_link_libraries(plumb_libpq INTERFACE ${PLUMB_PQ_LIBRARY})
  find_package(SQLite3 REQUIRED)
  find_package(GTest REQUIRED)
  find_package(benchmark)
endif()

# Debian ships no static libfmt, so every build uses it as headers.
add_library(plumb_fmt INTERFACE)
target_link_libraries(plumb_fmt INTERFACE fmt::fmt-header-only)
