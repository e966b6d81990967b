// Counter-based random numbers and the elementary functions that go with them, for C++ and CUDA.
//
// philox4x32_7 is Philox4x32 with seven rounds (Salmon et al. 2011, SC'11, doi 10.1145/2063384.2063405).
// Every number is a pure function of (seed, mouse, neuron, stream, session, step): it does not depend on
// how many mice, threads or programs there are. For the same reason exp, log and cos are polynomials of
// plain additions and multiplications: library versions round differently in vector and scalar loops.
// They are right under any flags of the compiler, -ffast-math included, which are Brian2's.
#ifndef APICAL_NOISE_H
#define APICAL_NOISE_H
#include <cstdint>
#include <cstring>
#include <cmath>

// With APICAL_SINGLE the numbers are floats, else doubles.
#ifdef __CUDACC__
#define APICAL_FUNCTION __host__ __device__ static __forceinline__
#else
#define APICAL_FUNCTION static inline __attribute__((always_inline))
#endif

struct PhiloxBlock { uint32_t word0, word1, word2, word3; };

// Where a processor multiplies vectors of 64-bit words, words in the lower half of such spare it the packing of
// products: half the time. Their upper halves are not cleared, and nobody reads them.
#if defined(__AVX512DQ__) && !defined(__CUDA_ARCH__)
typedef uint64_t philox_word;
#else
typedef uint32_t philox_word;
#endif

APICAL_FUNCTION PhiloxBlock philox4x32_7(philox_word c0, philox_word c1, philox_word c2, philox_word c3,
                                         uint32_t k0, uint32_t k1)
{
    for (int round = 0; round < 7; round++) {
        const uint64_t a = (uint64_t)0xD2511F53u * (uint32_t)c0;
        const uint64_t b = (uint64_t)0xCD9E8D57u * (uint32_t)c2;
        const philox_word d0 = (philox_word)(b >> 32) ^ c1 ^ k0;
        const philox_word d2 = (philox_word)(a >> 32) ^ c3 ^ k1;
        c1 = (philox_word)b;
        c3 = (philox_word)a;
        c0 = d0;
        c2 = d2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    PhiloxBlock block = {(uint32_t)c0, (uint32_t)c1, (uint32_t)c2, (uint32_t)c3};
    return block;
}

#ifdef APICAL_SINGLE
typedef float apical_real;

APICAL_FUNCTION float bits_to_float(uint32_t bits) { float x; std::memcpy(&x, &bits, 4); return x; }
APICAL_FUNCTION uint32_t float_to_bits(float x) { uint32_t bits; std::memcpy(&bits, &x, 4); return bits; }
APICAL_FUNCTION float word_to_real(uint32_t w) { return (float)w; }

// The next larger number, of positive ones. Sums that round go through it: -ffast-math simplifies (x + c) - c to x,
// but it does not see through integers, and next_up(x + c) - next_up(c) is the same rounded x.
APICAL_FUNCTION float next_up(float x) { return bits_to_float(float_to_bits(x) + 1u); }

// The functions below in single precision; relative errors < 3e-7, of the cosine absolute.
APICAL_FUNCTION float plain_exp(float x)
{
    x = x < -87.0f ? -87.0f : (x > 87.0f ? 87.0f : x);
    const float shifted = x * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: rounds to integer
    const float k = next_up(shifted) - 12582913.0f;
    const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
    float p = 1.0f / 5040.0f;
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    return p * bits_to_float((float_to_bits(shifted) + 127u) << 23);
}

APICAL_FUNCTION float plain_log(float x)
{
    const uint32_t bits = float_to_bits(x) - 0x3f3504f3u + 0x3f800000u;
    const float k = (float)(int32_t)(bits >> 23) - 127.0f;
    const float m = bits_to_float((bits & 0x007fffffu) + 0x3f3504f3u);
    const float s = (m - 1.0f) / (m + 1.0f);
    const float q = s * s;
    float p = 1.0f / 9.0f;
    p = p * q + 1.0f / 7.0f;
    p = p * q + 1.0f / 5.0f;
    p = p * q + 1.0f / 3.0f;
    p = p * q + 1.0f;
    return 2.0f * s * p + k * 0.693147181f;
}

APICAL_FUNCTION float plain_cos2pi(float u)
{
    const float x = 6.28318531f * (u - 0.5f);
    const float q = x * x;
    float p = 1.0f / 6402373705728000.0f;
    p = p * -q + 1.0f / 20922789888000.0f;
    p = p * -q + 1.0f / 87178291200.0f;
    p = p * -q + 1.0f / 479001600.0f;
    p = p * -q + 1.0f / 3628800.0f;
    p = p * -q + 1.0f / 40320.0f;
    p = p * -q + 1.0f / 720.0f;
    p = p * -q + 1.0f / 24.0f;
    p = p * -q + 0.5f;
    p = p * -q + 1.0f;
    return -p;
}
#else
typedef double apical_real;

APICAL_FUNCTION double bits_to_double(uint64_t bits) { double x; std::memcpy(&x, &bits, 8); return x; }
APICAL_FUNCTION uint64_t double_to_bits(double x) { uint64_t bits; std::memcpy(&bits, &x, 8); return bits; }

// As in single precision.
APICAL_FUNCTION double next_up(double x) { return bits_to_double(double_to_bits(x) + 1ull); }

// Exact conversion of a 32-bit word: 2^52 + w has w in its low mantissa bits.
APICAL_FUNCTION double word_to_real(uint32_t w)
{
    return bits_to_double(0x4330000000000000ull | w) - 4503599627370496.0;
}

// exp(x) for |x| <= 700: 2^k times a Taylor polynomial on [-ln2/2, ln2/2]; relative error < 3e-15, with -ffast-math
// 3e-14.
APICAL_FUNCTION double plain_exp(double x)
{
    x = x < -700.0 ? -700.0 : (x > 700.0 ? 700.0 : x);
    const double shifted = x * 1.4426950408889634 + 6755399441055744.0;  // 1.5 * 2^52: rounds to integer
    const double k = next_up(shifted) - 6755399441055745.0;
    const double r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
    double p = 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    return p * bits_to_double((double_to_bits(shifted) + 1023ull) << 52);
}

// log(x) for normal x > 0: x = m 2^k with m in [sqrt(1/2), sqrt(2)), log m = 2 atanh((m-1)/(m+1)).
APICAL_FUNCTION double plain_log(double x)
{
    const uint64_t bits = double_to_bits(x) - 0x3fe6a09e667f3bcdull + 0x3ff0000000000000ull;
    const double k = bits_to_double(0x4330000000000000ull | (bits >> 52)) - (4503599627370496.0 + 1023.0);
    const double m = bits_to_double((bits & 0x000fffffffffffffull) + 0x3fe6a09e667f3bcdull);
    const double s = (m - 1.0) / (m + 1.0);
    const double q = s * s;
    double p = 1.0 / 15.0;
    p = p * q + 1.0 / 13.0;
    p = p * q + 1.0 / 11.0;
    p = p * q + 1.0 / 9.0;
    p = p * q + 1.0 / 7.0;
    p = p * q + 1.0 / 5.0;
    p = p * q + 1.0 / 3.0;
    p = p * q + 1.0;
    return 2.0 * s * p + k * 0.69314718055994530942;
}

// cos(2 pi u) for u in [0, 1): Taylor polynomial in (2 pi (u - 1/2))^2; absolute error < 1e-10.
APICAL_FUNCTION double plain_cos2pi(double u)
{
    const double x = 6.283185307179586477 * (u - 0.5);
    const double q = x * x;
    double p = 1.0 / 1.1240007277776077e21;
    p = p * -q + 1.0 / 2432902008176640000.0;
    p = p * -q + 1.0 / 6402373705728000.0;
    p = p * -q + 1.0 / 20922789888000.0;
    p = p * -q + 1.0 / 87178291200.0;
    p = p * -q + 1.0 / 479001600.0;
    p = p * -q + 1.0 / 3628800.0;
    p = p * -q + 1.0 / 40320.0;
    p = p * -q + 1.0 / 720.0;
    p = p * -q + 1.0 / 24.0;
    p = p * -q + 0.5;
    p = p * -q + 1.0;
    return -p;
}

#endif

APICAL_FUNCTION apical_real sigmoid(apical_real x) { return apical_real(1) / (apical_real(1) + plain_exp(-x)); }

APICAL_FUNCTION apical_real exp_decay(apical_real time, apical_real tau) { return plain_exp(-time / tau); }

// Rounds to a multiple of 2^-51 full_scale (2^-22 in single precision): sums below full_scale, a power of two, are
// exact.
APICAL_FUNCTION apical_real on_grid(apical_real x, apical_real full_scale)
{
    const apical_real shift = apical_real(3) * full_scale;
    return next_up(x + shift) - next_up(shift);
}

// In (0, 1); in single precision the upper end can round to 1.
APICAL_FUNCTION apical_real word_to_uniform(uint32_t w)
{
    return (word_to_real(w) + apical_real(0.5)) * apical_real(2.3283064365386963e-10);
}

// Streams 2k and 2k+1 are the two word pairs of one block: the compiler computes the block once.
APICAL_FUNCTION PhiloxBlock noise_block(int64_t seed, int64_t mouse, int64_t neuron, int64_t stream,
                                        int64_t session, int64_t step)
{
    return philox4x32_7((uint32_t)neuron, (uint32_t)(stream >> 1), (uint32_t)step, (uint32_t)session,
                        (uint32_t)seed, (uint32_t)mouse);
}

APICAL_FUNCTION apical_real uniform_noise(int64_t seed, int64_t mouse, int64_t neuron, int64_t stream,
                                          int64_t session, int64_t step)
{
    const PhiloxBlock block = noise_block(seed, mouse, neuron, stream, session, step);
    return word_to_uniform((stream & 1) ? block.word2 : block.word0);
}

APICAL_FUNCTION apical_real normal_noise(int64_t seed, int64_t mouse, int64_t neuron, int64_t stream,
                                         int64_t session, int64_t step)
{
    const PhiloxBlock block = noise_block(seed, mouse, neuron, stream, session, step);
    const apical_real u = word_to_uniform((stream & 1) ? block.word2 : block.word0);
    const apical_real v = word_to_real((stream & 1) ? block.word3 : block.word1) * apical_real(2.3283064365386963e-10);
    return std::sqrt(apical_real(-2) * plain_log(u)) * plain_cos2pi(v);
}

// How many of each four bits are set, in those four bits.
APICAL_FUNCTION uint32_t count_in_nibbles(uint32_t w)
{
    w = w - ((w >> 1) & 0x55555555u);
    return (w & 0x33333333u) + ((w >> 2) & 0x33333333u);
}

APICAL_FUNCTION apical_real binomial_noise(int64_t seed, int64_t mouse, int64_t neuron, int64_t stream,
                                           int64_t session, int64_t step)
{
    const PhiloxBlock block = noise_block(seed, mouse, neuron, stream, session, step);
    const uint32_t nibbles = count_in_nibbles((stream & 1) ? block.word2 : block.word0)
        + count_in_nibbles((stream & 1) ? block.word3 : block.word1);
    const uint32_t bytes = (nibbles & 0x0f0f0f0fu) + ((nibbles >> 4) & 0x0f0f0f0fu);
    const int32_t heads = (int32_t)((bytes * 0x01010101u) >> 24);
    return apical_real(0.25) * apical_real(heads - 32);
}
#endif
