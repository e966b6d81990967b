// Gating variables of ion channels: steady state and rate as tables over the membrane potential, for C++ and CUDA.
//
// The formulas themselves are in the Python files of the mechanisms, which write one line of C++ for each.
#ifndef APICAL_GATES_H
#define APICAL_GATES_H
#include <cmath>
#include "../noise.h"

#ifdef __CUDACC__
#define GATE_FUNCTION __host__ __device__ static __forceinline__
#else
#define GATE_FUNCTION static inline __attribute__((always_inline))
#endif

// The vocabulary of the formulas; potentials in mV. See gates.py for the same functions in NumPy.
GATE_FUNCTION double logistic(double v, double half, double slope) { return 1 / (1 + exp((half - v) / slope)); }
GATE_FUNCTION double bell(double v, double centre, double width)
{
    return exp(-(v - centre) / width * ((v - centre) / width));
}
GATE_FUNCTION double linoid(double v, double half, double slope)
{
    const double x = (v - half) / slope;
    return fabs(x) < 1e-6 ? slope * (1 + x / 2) : slope * x / (1 - exp(-x));
}
GATE_FUNCTION double below(double v, double border, double under, double over) { return v < border ? under : over; }

// 1 - exp(-x): the share of the way to its steady state that a gate goes in a time step of x time constants.
GATE_FUNCTION double relaxed(double x) { return 1 - plain_exp(-x); }

// Hill function: 1/2 where x is 1. Positive x only.
GATE_FUNCTION double hill(double x, double n) { return 1 / (1 + plain_exp(-n * plain_log(x))); }

// A formula every 0.1 mV from -150 to 100 mV, linear in between.
struct GateTable
{
    static constexpr int points = 2501;
    double value[points];

    template <class Formula> explicit GateTable(Formula formula)
    {
        for (int k = 0; k < points; k++)
            value[k] = formula(-150 + 0.1 * k);
    }

    inline __attribute__((always_inline)) double operator()(double volt) const
    {
        const double x = (volt + 0.150) * 1e4;
        int k = (int)x;
        k = k < 0 ? 0 : (k > points - 2 ? points - 2 : k);  // of integers: branches would keep the loop scalar
        return value[k] + (x - k) * (value[k + 1] - value[k]);
    }
};
#endif
