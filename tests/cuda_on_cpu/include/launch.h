// Threads, blocks, barriers and kernel launches on one CPU core.
//
// A fiber (a stack of its own) runs the threads of a block one after another, as a plain loop. A thread that meets
// __syncthreads() keeps its fiber, and another one goes on with the loop. When every thread of the block waits or
// has ended, the waiting ones go on. So only kernels with a barrier pay for fibers. Blocks run one after another.
#ifndef CUDA_ON_CPU_LAUNCH_H
#define CUDA_ON_CPU_LAUNCH_H
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#include <sys/mman.h>
#include <ucontext.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

struct dim3 { unsigned x = 1, y = 1, z = 1; };
inline dim3 threadIdx{0, 0, 0}, blockIdx{0, 0, 0}, blockDim, gridDim;

namespace cuda_on_cpu {

constexpr unsigned largest_block = 1024;
constexpr size_t largest_shared_memory = 49152, stack_bytes = 256 * 1024;

inline unsigned setting(const char* name, unsigned otherwise) {
    const char* text = std::getenv(name);
    return text ? (unsigned)std::strtoul(text, nullptr, 10) : otherwise;
}

// Fresh device memory: this word is NaN as float and as double, and far out of range as an index.
inline void fill_with_garbage(void* memory, size_t bytes) {
    const unsigned word = 0x7ff4dead;
    for (size_t i = 0; i < bytes; i += sizeof word)
        std::memcpy((char*)memory + i, &word, std::min(sizeof word, bytes - i));
}

// The order in which the threads of a block, or the blocks of a grid, run. APICAL_THREAD_ORDER chooses it.
struct Order {
    std::vector<unsigned> index;
    const char kind = kind_from_environment();
    std::minstd_rand generator{1};

    static char kind_from_environment() {
        const char* text = std::getenv("APICAL_THREAD_ORDER");
        for (const char* known : {"forward", "reversed", "shuffled"})
            if (!std::strcmp(text ? text : "forward", known)) return known[0];
        std::fprintf(stderr, "APICAL_THREAD_ORDER is forward, reversed or shuffled, not %s\n", text);
        std::exit(2);
    }
    void prepare(unsigned count) {
        if (kind != 's' && index.size() == count) return;
        index.resize(count);
        std::iota(index.begin(), index.end(), 0u);
        if (kind == 'r') std::reverse(index.begin(), index.end());
        if (kind == 's') shuffle(index);
    }
    template <class T> void shuffle(std::vector<T>& items) { std::shuffle(items.begin(), items.end(), generator); }
};

struct Stack {
    jmp_buf registers;
    void* fake_stack = nullptr;  // AddressSanitizer's
    const void* bottom = nullptr;
    size_t bytes = 0;
};

struct Fiber : Stack {
    ucontext_t start;
    bool fresh = true;
    unsigned thread = 0;  // which waits here
};

struct Machine {
    Order threads, blocks;
    unsigned count = 0, started = 0;  // threads of this block
    void (*run_threads)(void*) = nullptr;
    void* kernel = nullptr;
    Stack scheduler;
    Fiber* running = nullptr;
    std::vector<Fiber*> idle, waiting, ready;
    char* shared_memory = nullptr;
};
inline Machine machine;

inline void leave(Stack& from, const Stack& to) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(&from.fake_stack, to.bottom, to.bytes);
#endif
}

inline void arrive(Stack& at, Stack* from) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(at.fake_stack, from ? &from->bottom : nullptr, from ? &from->bytes : nullptr);
#endif
}

inline void return_to_scheduler() {
    Fiber& fiber = *machine.running;
    leave(fiber, machine.scheduler);
    if (!_setjmp(fiber.registers)) _longjmp(machine.scheduler.registers, 1);
    arrive(fiber, &machine.scheduler);
}

inline void fiber_main() {
    arrive(*machine.running, &machine.scheduler);
    for (;;) {
        machine.run_threads(machine.kernel);
        machine.idle.push_back(machine.running);
        return_to_scheduler();
    }
}

inline void resume(Fiber& fiber) {
    machine.running = &fiber;
    leave(machine.scheduler, fiber);
    if (!_setjmp(machine.scheduler.registers)) {
        if (!fiber.fresh) _longjmp(fiber.registers, 1);
        fiber.fresh = false;
        setcontext(&fiber.start);
    }
    arrive(machine.scheduler, nullptr);
    machine.running = nullptr;
}

inline Fiber& idle_fiber() {
    if (machine.idle.empty()) {
        Fiber* fiber = new Fiber;
        void* stack = mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (stack == MAP_FAILED || getcontext(&fiber->start)) std::abort();
        fiber->start.uc_stack.ss_sp = stack;
        fiber->start.uc_stack.ss_size = stack_bytes;
        fiber->bottom = stack;
        fiber->bytes = stack_bytes;
        makecontext(&fiber->start, fiber_main, 0);
        machine.idle.push_back(fiber);
    }
    Fiber* fiber = machine.idle.back();
    machine.idle.pop_back();
    return *fiber;
}

inline void run_block() {
    machine.started = 0;
    while (machine.started < machine.count) resume(idle_fiber());
    while (!machine.waiting.empty()) {  // all threads that have not ended are at a barrier
        machine.ready.swap(machine.waiting);
        if (machine.threads.kind == 's') machine.threads.shuffle(machine.ready);
        for (Fiber* fiber : machine.ready) resume(*fiber);
        machine.ready.clear();
    }
}

// Run the threads of the block that have not started; the call returns late if a thread of it waits.
template <class Kernel> void run_threads(void* kernel) {
    while (machine.started < machine.count) {
        threadIdx.x = machine.threads.index[machine.started++];
        (*static_cast<Kernel*>(kernel))();
    }
}

inline int last_error = 0;

template <class... Parameters> struct Launch {
    void (*kernel)(Parameters...);
    size_t grid, block, shared;

    void operator()(Parameters... arguments) const {
        if (machine.running) std::fprintf(stderr, "a kernel launches a kernel\n"), std::abort();
        if (!grid || grid > 0x7fffffff || !block || block > largest_block) { last_error = 9; return; }
        if (shared > largest_shared_memory) { last_error = 1; return; }
        auto thread = [&] { kernel(arguments...); };
        machine.run_threads = run_threads<decltype(thread)>;
        machine.kernel = &thread;
        machine.count = blockDim.x = (unsigned)block;
        gridDim.x = (unsigned)grid;
        machine.threads.prepare(blockDim.x);
        machine.blocks.prepare(gridDim.x);
        machine.shared_memory = shared ? (char*)std::malloc(shared) : nullptr;  // exact: AddressSanitizer guards it
        for (unsigned index : machine.blocks.index) {
            blockIdx.x = index;
            fill_with_garbage(machine.shared_memory, shared);
            run_block();
        }
        std::free(machine.shared_memory);
    }
};

// kernel<<<grid, block, shared, stream>>>(arguments) is translated to launch(kernel, grid, ...)(arguments).
template <class... Parameters>
Launch<Parameters...> launch(void (*kernel)(Parameters...), long grid, long block, size_t shared = 0, void* = nullptr) {
    return {kernel, (size_t)grid, (size_t)block, shared};
}

// extern __shared__ type name[]; is translated to type* name = shared_memory<type>();
template <class T> T* shared_memory() { return reinterpret_cast<T*>(machine.shared_memory); }

}  // namespace cuda_on_cpu

inline void __syncthreads() {
    using namespace cuda_on_cpu;
    if (!machine.running) std::fprintf(stderr, "__syncthreads() outside a kernel\n"), std::abort();
    machine.running->thread = threadIdx.x;
    machine.waiting.push_back(machine.running);
    return_to_scheduler();
    threadIdx.x = machine.running->thread;
}
inline void __threadfence() {}
inline void __threadfence_block() {}
#endif
