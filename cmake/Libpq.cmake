# libpq, in every build from the archive that goes into the static agent: what the tests try is what is shipped.
#
# libpq.a wants two support archives of the server's development package, and GSSAPI and LDAP, which have no static
# library. probes/postgres/static_seam.cpp answers for both: "not here". probes/postgres/hash_limit.cpp stands before
# one function of the support archives.
find_library(PLUMB_LIBPQ_ARCHIVE NAMES libpq.a REQUIRED)
find_path(PLUMB_PQ_INCLUDE libpq-fe.h PATH_SUFFIXES postgresql REQUIRED)
file(GLOB postgres_lib_folders /usr/lib/postgresql/*/lib)
find_library(PLUMB_PGCOMMON_ARCHIVE NAMES libpgcommon_shlib.a HINTS ${postgres_lib_folders} REQUIRED)
find_library(PLUMB_PGPORT_ARCHIVE NAMES libpgport_shlib.a HINTS ${postgres_lib_folders} REQUIRED)

add_library(plumb_libpq_seam STATIC
  ${CMAKE_SOURCE_DIR}/probes/postgres/static_seam.cpp ${CMAKE_SOURCE_DIR}/probes/postgres/hash_limit.cpp)
target_link_libraries(plumb_libpq_seam PRIVATE plumb_options)
target_include_directories(plumb_libpq_seam SYSTEM PRIVATE ${PLUMB_PQ_INCLUDE})
add_library(plumb_libpq INTERFACE)
target_include_directories(plumb_libpq SYSTEM INTERFACE ${PLUMB_PQ_INCLUDE})
target_link_libraries(plumb_libpq INTERFACE -Wl,--wrap=scram_SaltedPassword ${PLUMB_LIBPQ_ARCHIVE}
  plumb_libpq_seam ${PLUMB_PGCOMMON_ARCHIVE} ${PLUMB_PGPORT_ARCHIVE} OpenSSL::SSL OpenSSL::Crypto)
