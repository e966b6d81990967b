// A small stand-in for the CUDA runtime: kernels run on the CPU, device memory is host memory.
//
// It has what programs of brian2cuda use. execute.py includes it first in every file, as nvcc does with NVIDIA's.
#ifndef CUDA_ON_CPU_RUNTIME_H
#define CUDA_ON_CPU_RUNTIME_H
#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <malloc.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "launch.h"

#define __CUDACC__ 1
#define __host__
#define __device__
#define __global__
#define __shared__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

using std::max;
using std::min;

typedef enum cudaError {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInvalidConfiguration = 9,
} cudaError_t;
enum cudaMemcpyKind {
    cudaMemcpyHostToHost, cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice
};
enum cudaDeviceAttr {
    cudaDevAttrMaxThreadsPerBlock = 1, cudaDevAttrWarpSize = 10, cudaDevAttrMultiProcessorCount = 16
};
enum cudaLimit { cudaLimitMallocHeapSize = 2 };
enum libraryPropertyType { MAJOR_VERSION, MINOR_VERSION, PATCH_LEVEL };
typedef struct CUstream_st* cudaStream_t;

struct cudaDeviceProp {
    char name[256] = "CPU";
    int multiProcessorCount = (int)cuda_on_cpu::setting("APICAL_MULTIPROCESSORS", 3);
    int maxThreadsPerBlock = (int)cuda_on_cpu::setting("APICAL_BLOCK_SIZE", 32);
    int maxThreadsPerMultiProcessor = 2048, warpSize = 32, major = 9, minor = 0;
    size_t sharedMemPerBlock = cuda_on_cpu::largest_shared_memory, totalGlobalMem = (size_t)1 << 33;
};
struct cudaFuncAttributes {
    int maxThreadsPerBlock = cuda_on_cpu::largest_block, numRegs = 0;
    size_t sharedSizeBytes = 0, localSizeBytes = 0, constSizeBytes = 0;
};

namespace cuda_on_cpu {

// Begin and size of every piece of device memory; never destroyed, because global vectors free theirs at exit.
inline std::map<const char*, size_t>& allocations() {
    static auto& map = *new std::map<const char*, size_t>;
    return map;
}

inline bool is_device_memory(const void* pointer, size_t bytes) {
    auto next = allocations().upper_bound((const char*)pointer);
    if (next == allocations().begin()) return false;
    auto [begin, size] = *--next;
    return (const char*)pointer + bytes <= begin + size;
}

inline cudaError fail(cudaError error) { last_error = error; return error; }

// malloc in a kernel and new do not clear memory either.
inline const int malloc_garbage = mallopt(M_PERTURB, 0x80);

template <class T> struct Same { typedef T type; };
template <class T, class... Types> constexpr bool is_one_of = (std::is_same_v<T, Types> || ...);

template <class T, class Change> T atomic_update(T* address, Change change) {
    static_assert(is_one_of<T, int, unsigned, unsigned long long, float, double>, "CUDA has no such atomic operation");
    const T old = *address;
    *address = change(old);
    return old;
}

}  // namespace cuda_on_cpu

inline cudaError cudaMalloc(void** pointer, size_t bytes) {
    *pointer = nullptr;
    if (!bytes) return cudaSuccess;
    *pointer = std::malloc(bytes);
    if (!*pointer) return cuda_on_cpu::fail(cudaErrorMemoryAllocation);
    cuda_on_cpu::fill_with_garbage(*pointer, bytes);
    cuda_on_cpu::allocations()[(char*)*pointer] = bytes;
    return cudaSuccess;
}
template <class T> cudaError cudaMalloc(T** pointer, size_t bytes) { return cudaMalloc((void**)pointer, bytes); }

inline cudaError cudaFree(void* pointer) {
    if (!pointer) return cudaSuccess;
    if (!cuda_on_cpu::allocations().erase((char*)pointer)) return cuda_on_cpu::fail(cudaErrorInvalidValue);
    std::free(pointer);
    return cudaSuccess;
}

inline cudaError cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
    if (!bytes) return cudaSuccess;
    const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    if (cuda_on_cpu::is_device_memory(to, bytes) != to_device) return cuda_on_cpu::fail(cudaErrorInvalidValue);
    if (cuda_on_cpu::is_device_memory(from, bytes) != from_device) return cuda_on_cpu::fail(cudaErrorInvalidValue);
    std::memcpy(to, from, bytes);
    return cudaSuccess;
}

inline cudaError cudaMemset(void* pointer, int byte, size_t bytes) {
    if (!cuda_on_cpu::is_device_memory(pointer, bytes)) return cuda_on_cpu::fail(cudaErrorInvalidValue);
    std::memset(pointer, byte, bytes);
    return cudaSuccess;
}

inline cudaError cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t = 0) {
    return cudaMemcpy(to, from, bytes, kind);
}
inline cudaError cudaMemsetAsync(void* pointer, int byte, size_t bytes, cudaStream_t = 0) {
    return cudaMemset(pointer, byte, bytes);
}

template <class T> cudaError cudaMemcpyToSymbol(T& symbol, const void* from, size_t bytes) {
    if (bytes > sizeof symbol) return cuda_on_cpu::fail(cudaErrorInvalidValue);
    std::memcpy((void*)&symbol, from, bytes);
    return cudaSuccess;
}
template <class T> cudaError cudaMemcpyFromSymbol(void* to, const T& symbol, size_t bytes) {
    if (bytes > sizeof symbol) return cuda_on_cpu::fail(cudaErrorInvalidValue);
    std::memcpy(to, (const void*)&symbol, bytes);
    return cudaSuccess;
}

inline cudaError cudaMemGetInfo(size_t* available, size_t* total) {
    *available = *total = cudaDeviceProp().totalGlobalMem;
    return cudaSuccess;
}

inline cudaError cudaGetLastError() { return (cudaError)std::exchange(cuda_on_cpu::last_error, 0); }
inline const char* cudaGetErrorString(cudaError error) {
    return error == cudaSuccess ? "no error" : error == cudaErrorInvalidValue ? "invalid argument" :
        error == cudaErrorMemoryAllocation ? "out of memory" : "invalid configuration argument";
}
inline cudaError cudaSetDevice(int) { return cudaSuccess; }
inline cudaError cudaDeviceSynchronize() { return cudaSuccess; }
inline cudaError cudaDeviceSetLimit(cudaLimit, size_t) { return cudaSuccess; }
inline cudaError cudaProfilerStart() { return cudaSuccess; }
inline cudaError cudaProfilerStop() { return cudaSuccess; }
inline cudaError cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
    *properties = cudaDeviceProp();
    return cudaSuccess;
}
inline cudaError cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
    const cudaDeviceProp properties;
    *value = attribute == cudaDevAttrMultiProcessorCount ? properties.multiProcessorCount :
        attribute == cudaDevAttrMaxThreadsPerBlock ? properties.maxThreadsPerBlock : properties.warpSize;
    return cudaSuccess;
}
template <class Kernel> cudaError cudaFuncGetAttributes(cudaFuncAttributes* attributes, Kernel) {
    *attributes = cudaFuncAttributes();
    return cudaSuccess;
}
template <class Kernel>
cudaError cudaOccupancyMaxPotentialBlockSize(int* grid, int* block, Kernel, size_t = 0, int = 0) {
    *grid = cudaDeviceProp().multiProcessorCount;
    *block = cudaDeviceProp().maxThreadsPerBlock;
    return cudaSuccess;
}
template <class Kernel>
cudaError cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Kernel, int, size_t) {
    *blocks = 1;
    return cudaSuccess;
}

// One thread runs at a time: plain reads and writes are atomic.
#define CUDA_ON_CPU_ATOMIC(name, result)                                                         \
    template <class T> T name(T* address, typename cuda_on_cpu::Same<T>::type value) {            \
        return cuda_on_cpu::atomic_update(address, [value](T old) { return (T)(result); });       \
    }
CUDA_ON_CPU_ATOMIC(atomicAdd, old + value)
CUDA_ON_CPU_ATOMIC(atomicSub, old - value)
CUDA_ON_CPU_ATOMIC(atomicExch, value)
CUDA_ON_CPU_ATOMIC(atomicMax, old < value ? value : old)
CUDA_ON_CPU_ATOMIC(atomicMin, value < old ? value : old)
template <class T> T atomicCAS(T* address, typename cuda_on_cpu::Same<T>::type compare,
                               typename cuda_on_cpu::Same<T>::type value) {
    return cuda_on_cpu::atomic_update(address, [=](T old) { return old == compare ? value : old; });
}

template <class To, class From> To cuda_on_cpu_bits(From from) {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    std::memcpy(&to, &from, sizeof to);
    return to;
}
inline long long __double_as_longlong(double x) { return cuda_on_cpu_bits<long long>(x); }
inline double __longlong_as_double(long long x) { return cuda_on_cpu_bits<double>(x); }
inline int __float_as_int(float x) { return cuda_on_cpu_bits<int>(x); }
inline float __int_as_float(int x) { return cuda_on_cpu_bits<float>(x); }

#ifdef __SANITIZE_ADDRESS__
extern "C" inline __attribute__((used)) const char* __asan_default_options() {
    return "detect_stack_use_after_return=0:detect_leaks=0:malloc_fill_byte=127:max_malloc_fill_size=1073741824";
}
extern "C" inline __attribute__((used)) const char* __ubsan_default_options() { return "print_stacktrace=1"; }
#endif

#include "draws.h"
#include "vectors.h"
#endif
