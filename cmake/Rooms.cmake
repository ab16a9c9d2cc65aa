# A room is a folder with one library target. It links only what it is given, so a call into a room that it may not
# know fails to link; tests/structure checks the includes.
#
#   portreeve_room(NAME DEPENDS room... LIBRARIES target...)
#
# takes every .cc file of the folder. DEPENDS are rooms, LIBRARIES third-party targets that stay private.
function(portreeve_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ROOM_DEPENDS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PUBLIC ${ROOM_DEPENDS} PRIVATE ${ROOM_LIBRARIES} portreeve_warnings)
  target_precompile_headers(${name} REUSE_FROM portreeve_precompiled)
endfunction()

add_library(portreeve_warnings INTERFACE)
target_compile_options(portreeve_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

# The standard headers that nearly every file reads. Each file still includes what it uses: this only saves time.
file(WRITE "${CMAKE_BINARY_DIR}/precompiled.cc" "")
add_library(portreeve_precompiled OBJECT "${CMAKE_BINARY_DIR}/precompiled.cc")
target_link_libraries(portreeve_precompiled PRIVATE portreeve_warnings)
target_precompile_headers(portreeve_precompiled PRIVATE
  <algorithm> <array> <chrono> <coroutine> <expected> <functional> <memory> <mutex> <optional> <string> <string_view>
  <unordered_map> <variant> <vector>)
