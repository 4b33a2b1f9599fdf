# The one place for warnings, sanitizers and what they imply; every target of ours links plumb_options.
add_library(plumb_options INTERFACE)
target_include_directories(plumb_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_features(plumb_options INTERFACE cxx_std_20)
target_compile_options(plumb_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual -Woverloaded-virtual
  -Wformat=2 -Wimplicit-fallthrough -Wextra-semi $<$<BOOL:${PLUMB_WERROR}>:-Werror>)
target_link_libraries(plumb_options INTERFACE Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND (PLUMB_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL Debug))
  # g++ 12, once it optimises, takes the operators that Asio gives its coroutine frames for a mismatched pair, sees
  # overlaps in "text" + std::string (GCC 105651) and uninitialized parts of variants that are not.
  target_compile_options(plumb_options INTERFACE -Wno-mismatched-new-delete -Wno-restrict -Wno-maybe-uninitialized)
endif()

if(PLUMB_SANITIZE)
  target_compile_options(plumb_options INTERFACE -fsanitize=${PLUMB_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(plumb_options INTERFACE -fsanitize=${PLUMB_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND PLUMB_SANITIZE MATCHES thread)
    # ThreadSanitizer knows no fences, and Asio's headers have some; tests/tsan.supp names the false race.
    target_compile_options(plumb_options INTERFACE -Wno-tsan)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    # clang 14's function check mistakes coroutine frames for the functions that made them.
    target_compile_options(plumb_options INTERFACE -fno-sanitize=function)
  endif()
endif()

if(PLUMB_STATIC)
  target_compile_options(plumb_options INTERFACE -ffunction-sections -fdata-sections)
  target_link_options(plumb_options INTERFACE -static -Wl,--gc-sections)
endif()

# plumb_library(NAME SOURCES... LINK ...): a folder of the house as one static library.
function(plumb_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC plumb_options ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK})
endfunction()
