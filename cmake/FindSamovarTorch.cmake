# LibTorch, from the wheel in .venv or from SAMOVAR_TORCH (the folder that holds include/ and lib/).
# PyTorch's own CMake package wants nvcc and more; the worker needs five libraries and two folders.
#
#   SamovarTorch_FOUND
#   SamovarTorch_ROOT      that folder
#   SamovarTorch_VERSION   "2.11.0+cu130"
#   SamovarTorch_CUDA      whether CUDA code can be compiled and linked
#   SamovarTorch_PYTHON    the environment's interpreter, where LibTorch is a wheel
#   samovar::torch         torch_cpu and c10, no CUDA
#   samovar::torch_cuda    all of it, where SamovarTorch_CUDA

set(SamovarTorch_ROOT "${SAMOVAR_TORCH}")
if(NOT SamovarTorch_ROOT)
    file(GLOB SamovarTorch_ROOT "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")
endif()
set(_lib "${SamovarTorch_ROOT}/lib")
set(_site "${SamovarTorch_ROOT}/..")

set(SamovarTorch_VERSION "")
if(EXISTS "${SamovarTorch_ROOT}/version.py")
    file(STRINGS "${SamovarTorch_ROOT}/version.py" _line REGEX "^__version__")
    string(REGEX REPLACE ".*'([^']+)'.*" "\\1" SamovarTorch_VERSION "${_line}")
elseif(EXISTS "${SamovarTorch_ROOT}/build-version")
    file(STRINGS "${SamovarTorch_ROOT}/build-version" SamovarTorch_VERSION LIMIT_COUNT 1)
endif()

include(FindPackageHandleStandardArgs)
set(SamovarTorch_HEADER "${SamovarTorch_ROOT}/include/ATen/core/Tensor.h")
set(SamovarTorch_LIBRARY "${_lib}/libtorch_cpu.so")
foreach(_needed HEADER LIBRARY)
    if(NOT EXISTS "${SamovarTorch_${_needed}}")
        set(SamovarTorch_${_needed} "SamovarTorch_${_needed}-NOTFOUND")
    endif()
endforeach()
find_package_handle_standard_args(SamovarTorch
    REQUIRED_VARS SamovarTorch_LIBRARY SamovarTorch_HEADER
    VERSION_VAR SamovarTorch_VERSION
    REASON_FAILURE_MESSAGE "run `./dev build`, which installs the wheel into .venv, or give \
-DSAMOVAR_TORCH=DIR, or build without the worker: -DSAMOVAR_WORKER=OFF")

set(SamovarTorch_PYTHON "")
file(REAL_PATH "${_site}/../../.." _environment)
if(EXISTS "${_environment}/bin/python")
    set(SamovarTorch_PYTHON "${_environment}/bin/python")
endif()

if(SamovarTorch_FOUND AND NOT TARGET samovar::torch)
    add_library(samovar_torch_headers INTERFACE)
    target_include_directories(samovar_torch_headers SYSTEM INTERFACE
        "${SamovarTorch_ROOT}/include" "${SamovarTorch_ROOT}/include/torch/csrc/api/include")

    add_library(samovar_torch_cpu INTERFACE)
    add_library(samovar::torch ALIAS samovar_torch_cpu)
    target_link_libraries(samovar_torch_cpu INTERFACE
        samovar_torch_headers "${_lib}/libtorch_cpu.so" "${_lib}/libc10.so")
endif()

# CUDA: headers and runtime of the wheel's own packages, or of a toolkit. No nvcc is needed.
set(SamovarTorch_CUDA FALSE)
if(SamovarTorch_FOUND)
    file(GLOB _include_hints "${_site}/nvidia/cu*/include" "${_site}/nvidia/cuda_runtime/include")
    file(GLOB _runtime_hints "${_site}/nvidia/cu*/lib/libcudart.so.[0-9]*"
        "${_site}/nvidia/cuda_runtime/lib/libcudart.so.[0-9]*" "${_lib}/libcudart*.so*")
    find_path(SamovarTorch_CUDA_INCLUDE cuda_runtime_api.h
        HINTS ${_include_hints} PATHS /usr/local/cuda/include ENV CUDA_HOME PATH_SUFFIXES include)
    if(_runtime_hints)
        list(GET _runtime_hints 0 SamovarTorch_CUDART)
    else()
        find_library(SamovarTorch_CUDART cudart PATHS /usr/local/cuda/lib64)
    endif()
    if(NOT EXISTS "${_lib}/libtorch_cuda.so")
        message(STATUS "CUDA: off, ${_lib} has no libtorch_cuda.so; samovar-worker-cuda is not built")
    elseif(NOT SamovarTorch_CUDA_INCLUDE OR NOT SamovarTorch_CUDART)
        message(STATUS "CUDA: off, its headers or libcudart were not found beside LibTorch or in "
            "/usr/local/cuda; samovar-worker-cuda is not built")
    else()
        set(SamovarTorch_CUDA TRUE)
        message(STATUS "CUDA: on, headers in ${SamovarTorch_CUDA_INCLUDE}")
    endif()
endif()

if(SamovarTorch_CUDA AND NOT TARGET samovar::torch_cuda)
    get_filename_component(_cudart_folder "${SamovarTorch_CUDART}" DIRECTORY)
    add_library(samovar_torch_cuda INTERFACE)
    add_library(samovar::torch_cuda ALIAS samovar_torch_cuda)
    target_include_directories(samovar_torch_cuda SYSTEM INTERFACE "${SamovarTorch_CUDA_INCLUDE}")
    # Nothing refers to libtorch_cuda by symbol: its static objects register CUDA with LibTorch.
    target_link_libraries(samovar_torch_cuda INTERFACE
        samovar_torch_headers -Wl,--push-state,--no-as-needed
        "${_lib}/libtorch.so" "${_lib}/libtorch_cpu.so" "${_lib}/libtorch_cuda.so"
        "${_lib}/libc10.so" "${_lib}/libc10_cuda.so" "${SamovarTorch_CUDART}" -Wl,--pop-state
        "-Wl,-rpath-link,${_cudart_folder}" -Wl,--allow-shlib-undefined)
endif()
