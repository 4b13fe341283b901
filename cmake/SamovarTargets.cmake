# What every target of the project shares: the language, the warnings, the sanitizers, the places.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(SAMOVAR_CCACHE ccache)
if(SAMOVAR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SAMOVAR_CCACHE})
endif()

# Everything of the project: `target_link_libraries(x PRIVATE samovar_options)`.
add_library(samovar_options INTERFACE)
target_compile_features(samovar_options INTERFACE cxx_std_20)
target_include_directories(samovar_options INTERFACE
    ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/ipc/include)
target_compile_definitions(samovar_options INTERFACE
    _FILE_OFFSET_BITS=64 SAMOVAR_VERSION="${PROJECT_VERSION}")
target_compile_options(samovar_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
    $<$<BOOL:${SAMOVAR_WERROR}>:-Werror>
    # Lines are enough for stacks, and a third less work for the compiler.
    $<$<CONFIG:RelWithDebInfo>:-g1>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # g++ 12 reports these from inside its own coroutine frames and std::variant.
    target_compile_options(samovar_options INTERFACE
        -Wno-maybe-uninitialized -Wno-mismatched-new-delete
        # In a unity build it takes the sources for headers.
        $<$<BOOL:${CMAKE_UNITY_BUILD}>:-Wno-subobject-linkage>)
endif()
if(SAMOVAR_SANITIZE)
    # vptr: it looks at memory through pipes, and calls every object wrong where no descriptor is left.
    target_compile_options(samovar_options INTERFACE
        -fsanitize=${SAMOVAR_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all
        # Optimising what it instruments takes a sanitizer's compiler most of its time; it pays where
        # tests reckon for long, and in fuzzers.
        -fno-omit-frame-pointer -g1
        -O$<OR:$<BOOL:${SAMOVAR_FUZZ}>,$<BOOL:$<TARGET_PROPERTY:SAMOVAR_RECKONS>>>)
    target_link_options(samovar_options INTERFACE -fsanitize=${SAMOVAR_SANITIZE})
endif()

