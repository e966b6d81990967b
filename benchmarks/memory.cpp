// How fast this machine moves memory: memory BYTES prints, for an array of that many bytes in one thread,
// GB/s of state updates (two arrays read, one written back, STREAM's triad in place), random additions per second
// (the order known beforehand, as of synapses) and ns of a read whose address is the value read before.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <time.h>
#include <vector>

static double now()  // of the thread, so that other programs do not count
{
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec + 1e-9*t.tv_nsec;
}

template <class F> double best(F work)
{
    double found = 1e30;
    for (int repeat = 0; repeat < 7; repeat++) {
        const double start = now();
        work();
        found = std::min(found, now() - start);
    }
    return found;
}

int main(int, char **arguments)
{
    const size_t bytes = strtoull(arguments[1], 0, 10), half = bytes/2/sizeof(double), n = bytes/sizeof(int64_t);
    const size_t rounds = 1 + (64 << 20)/bytes, draws = 4 << 20;
    std::vector<double> a(half, 1.0), b(half, 1e-9);
    const double triad = best([&] {
        for (size_t r = 0; r < rounds; r++) {
            double *x = a.data();
            const double *y = b.data();
#pragma GCC ivdep
            for (size_t i = 0; i < half; i++) x[i] += 0.5*y[i];
            asm volatile("" ::: "memory");
        }
    });
    std::mt19937 random(1);
    std::vector<double> target(n);
    std::vector<int32_t> index(draws);
    for (auto &i : index) i = random() % n;
    const double adding = best([&] { for (const int32_t i : index) target[i] += 1.0; });
    std::vector<int64_t> next(n), order(n);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    for (size_t i = 0; i < n; i++) next[order[i]] = order[(i + 1) % n];
    volatile int64_t at = 0;
    const double chasing = best([&] { int64_t p = at; for (size_t i = 0; i < draws; i++) p = next[p]; at = p; });
    printf("%g %g %g\n", 3*8.0*half*rounds/triad/1e9, draws/adding, 1e9*chasing/draws);
}
