// Random numbers: cuRAND's generators that run on the host, and own ones for those that kernels draw.
#ifndef CUDA_ON_CPU_DRAWS_H
#define CUDA_ON_CPU_DRAWS_H
#include <curand.h>
#include <random>

#define curandCreateGenerator curandCreateGeneratorHost

// SplitMix64, a different sequence for every thread.
struct curandState {
    typedef uint64_t result_type;
    uint64_t counter;
    static constexpr uint64_t min() { return 0; }
    static constexpr uint64_t max() { return ~(uint64_t)0; }
    uint64_t operator()() {
        uint64_t z = counter += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
};

inline void curand_init(uint64_t seed, uint64_t sequence, uint64_t, curandState* state) {
    state->counter = curandState{curandState{seed}() + sequence}();
}
inline double curand_uniform_double(curandState* state) {  // in (0, 1]
    return (double)(((*state)() >> 11) + 1) / 9007199254740992.0;
}
inline float curand_uniform(curandState* state) { return (float)curand_uniform_double(state); }
inline double curand_normal_double(curandState* state) { return std::normal_distribution<double>()(*state); }
inline float curand_normal(curandState* state) { return (float)curand_normal_double(state); }
inline unsigned curand_poisson(curandState* state, double mean) {
    return std::poisson_distribution<unsigned>(mean)(*state);
}
#endif
