# Defines panveil::panveil (shared) and panveil::static. Found from its own place, so that a prefix can be moved.
get_filename_component(_panveil_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET panveil::panveil)
  add_library(panveil::panveil SHARED IMPORTED)
  set_target_properties(panveil::panveil PROPERTIES
    IMPORTED_LOCATION "${_panveil_prefix}/lib/libpanveil.so.1"
    IMPORTED_SONAME "libpanveil.so.1"
    INTERFACE_INCLUDE_DIRECTORIES "${_panveil_prefix}/include")

  add_library(panveil::static STATIC IMPORTED)
  set_target_properties(panveil::static PROPERTIES
    IMPORTED_LOCATION "${_panveil_prefix}/lib/libpanveil.a"
    IMPORTED_LINK_INTERFACE_LANGUAGES C
    INTERFACE_LINK_LIBRARIES "gcc_s;util;rt;pthread;m;dl"
    INTERFACE_INCLUDE_DIRECTORIES "${_panveil_prefix}/include")
endif()
unset(_panveil_prefix)
