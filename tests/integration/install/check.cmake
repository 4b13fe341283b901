# cmake -D BUILD= -D WORK= -D OUTSIDE= -D COMPILER= -D LIBRARY_FOLDER= -P check.cmake

set(prefix ${WORK}/prefix)
set(libraries ${prefix}/${LIBRARY_FOLDER})
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

# run(WHAT COMMAND...): or the test fails and tells what was said.
function(run what)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(NOT code EQUAL 0)
        message(FATAL_ERROR "${what} failed with ${code}:\n${said}")
    endif()
    set(said "${said}" PARENT_SCOPE)
endfunction()

run("installing" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component samovar-dev)

# Headers of libraries that a program outside need not have.
file(GLOB headers ${prefix}/include/samovar/*.hpp)
list(LENGTH headers count)
if(count LESS 7)
    message(FATAL_ERROR "only ${count} headers were installed: ${headers}")
endif()
foreach(header IN LISTS headers)
    file(STRINGS ${header} foreign REGEX "#include.*(boost|cereal|spdlog|torch|ipc/|client/)")
    if(foreign)
        message(FATAL_ERROR "${header} includes what is not installed: ${foreign}")
    endif()
endforeach()

run("configuring outside" ${CMAKE_COMMAND} -S ${OUTSIDE} -B ${WORK}/outside
    -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER})
run("building outside" ${CMAKE_COMMAND} --build ${WORK}/outside)
foreach(kind IN ITEMS samovar samovar_static)
    run("running with ${kind}" ${WORK}/outside/with_${kind})
    if(NOT said MATCHES "no samovard listens at /nonexistent/samovar.sock")
        message(FATAL_ERROR "with_${kind} said: ${said}")
    endif()
endforeach()

# The same by pkg-config.
set(ENV{PKG_CONFIG_PATH} ${libraries}/pkgconfig)
run("pkg-config" pkg-config --cflags --libs samovar)
separate_arguments(flags UNIX_COMMAND "${said}")
run("compiling with pkg-config" ${COMPILER} -std=c++20 ${OUTSIDE}/main.cpp ${flags} -o ${WORK}/with_pkg_config)
run("running with pkg-config" ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${libraries} ${WORK}/with_pkg_config)

# The shared library brings all it needs: only the C and C++ runtimes are asked for.
run("readelf" readelf -d ${libraries}/libsamovar.so)
string(REGEX MATCHALL "Shared library: \\[[^]]*\\]" needed "${said}")
foreach(entry IN LISTS needed)
    if(NOT entry MATCHES "lib(stdc\\+\\+|gcc_s|c|m)\\.so|ld-linux")
        message(FATAL_ERROR "libsamovar.so needs ${entry}")
    endif()
endforeach()
if(NOT said MATCHES "Library soname: \\[libsamovar\\.so\\.0\\]")
    message(FATAL_ERROR "libsamovar.so is not called libsamovar.so.0:\n${said}")
endif()
