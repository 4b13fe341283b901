# What of the worker needs no LibTorch. Its tests and fuzzers include this file, so that they have it
# under every sanitizer, where the worker itself is not built.

find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)

if(NOT TARGET samovar_worker_base)
    set(_worker ${CMAKE_CURRENT_LIST_DIR})
    add_library(samovar_worker_base STATIC
        ${_worker}/answer_line.cpp
        ${_worker}/arguments.cpp
        ${_worker}/intake.cpp
        ${_worker}/log.cpp
        ${_worker}/outbox.cpp
        ${_worker}/cache/result_cache.cpp
        ${_worker}/process.cpp
        ${_worker}/sandbox/landlock.cpp
        ${_worker}/sandbox/sandbox.cpp
        ${_worker}/sandbox/system_calls.cpp
        ${_worker}/engine/error_text.cpp
        ${_worker}/engine/mapped_file.cpp
        ${_worker}/engine/package.cpp
        ${_worker}/engine/safetensors.cpp
        ${_worker}/engine/shared_file.cpp
        ${_worker}/engine/store_file.cpp
        ${_worker}/tasks/axes.cpp
        ${_worker}/tasks/parameters.cpp)
    target_link_libraries(samovar_worker_base
        PUBLIC samovar_ipc
        PRIVATE spdlog::spdlog nlohmann_json::nlohmann_json)
endif()
