# Finds BoringSSL: Debian's android-libboringssl-dev, or a build of one's own named by BORINGSSL_ROOT (with include/
# and lib/ below it). Gives BoringSSL::ssl and BoringSSL::crypto.
set(_hints "")
if(BORINGSSL_ROOT)
  set(_hints HINTS "${BORINGSSL_ROOT}/include" "${BORINGSSL_ROOT}/lib" "${BORINGSSL_ROOT}" NO_DEFAULT_PATH)
endif()

if(BORINGSSL_ROOT)
  find_path(BoringSSL_INCLUDE_DIR openssl/is_boringssl.h ${_hints})
  find_library(BoringSSL_SSL_LIBRARY ssl ${_hints})
  find_library(BoringSSL_CRYPTO_LIBRARY crypto ${_hints})
else()
  find_path(BoringSSL_INCLUDE_DIR openssl/is_boringssl.h PATHS /usr/include/android NO_DEFAULT_PATH)
  file(GLOB _android_dirs /usr/lib/*/android)
  find_library(BoringSSL_SSL_LIBRARY ssl PATHS ${_android_dirs} NO_DEFAULT_PATH)
  find_library(BoringSSL_CRYPTO_LIBRARY crypto PATHS ${_android_dirs} NO_DEFAULT_PATH)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BoringSSL
  REQUIRED_VARS BoringSSL_SSL_LIBRARY BoringSSL_CRYPTO_LIBRARY BoringSSL_INCLUDE_DIR)

if(BoringSSL_FOUND AND NOT TARGET BoringSSL::crypto)
  add_library(BoringSSL::crypto UNKNOWN IMPORTED)
  set_target_properties(BoringSSL::crypto PROPERTIES
    IMPORTED_LOCATION "${BoringSSL_CRYPTO_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${BoringSSL_INCLUDE_DIR}")
  add_library(BoringSSL::ssl UNKNOWN IMPORTED)
  set_target_properties(BoringSSL::ssl PROPERTIES
    IMPORTED_LOCATION "${BoringSSL_SSL_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${BoringSSL_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES BoringSSL::crypto)
  # The folder is not one that the loader searches.
  get_filename_component(_dir "${BoringSSL_SSL_LIBRARY}" DIRECTORY)
  list(APPEND CMAKE_BUILD_RPATH "${_dir}")
  list(APPEND CMAKE_INSTALL_RPATH "${_dir}")
endif()
