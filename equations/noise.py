"""Counter-based noise (Philox4x32-7) and elementary functions as Brian2 functions for every back end.

A random number is a pure function of (seed, mouse, neuron, stream, session, step), so that a mouse
receives the same noise alone, in a cohort, after a resume and on any number of threads. Streams: 0 and 1
background, 2 and 3 photons of pyramidal cells, 4 inputs, 6 latents, 8 NDNF+ cells.
Source: Salmon, Moraes, Dror, Shaw 2011 (SC'11), doi 10.1145/2063384.2063405.
"""

from pathlib import Path

import numpy as np
from brian2 import Function, second

HEADER = Path(__file__).with_name("noise.h")

_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_LOW, _HIGH = np.uint64(0xFFFFFFFF), np.uint64(32)


def philox(counter, key, rounds=7):
    """Philox4x32 of four counter words and two key words (broadcast arrays of uint32)."""
    c0, c1, c2, c3 = np.broadcast_arrays(*(np.asarray(c).astype(np.uint32) for c in counter))
    k0, k1 = (np.asarray(k).astype(np.uint32) for k in key)
    with np.errstate(over="ignore"):
        for _ in range(rounds):
            a, b = _MULTIPLIERS[0] * c0.astype(np.uint64), _MULTIPLIERS[1] * c2.astype(np.uint64)
            high = lambda x: (x >> _HIGH).astype(np.uint32)  # noqa: E731
            low = lambda x: (x & _LOW).astype(np.uint32)  # noqa: E731
            c0, c1, c2, c3 = high(b) ^ c1 ^ k0, low(b), high(a) ^ c3 ^ k1, low(a)
            k0, k1 = k0 + _WEYL[0], k1 + _WEYL[1]
    return c0, c1, c2, c3


def _words(seed, mouse, neuron, stream, session, step):
    stream = np.asarray(stream)
    words = philox((neuron, stream >> 1, step, session), (seed, mouse))
    odd = (stream & 1).astype(bool)
    return np.where(odd, words[2], words[0]), np.where(odd, words[3], words[1])


def uniform_noise(seed, mouse, neuron, stream, session, step):
    """Uniform numbers in (0, 1); the arguments are integers or integer arrays."""
    return (_words(seed, mouse, neuron, stream, session, step)[0] + 0.5) * 2.0**-32


def normal_noise(seed, mouse, neuron, stream, session, step):
    """Standard normal numbers (Box-Muller, cosine branch); integer arguments as `uniform_noise`."""
    u, v = _words(seed, mouse, neuron, stream, session, step)
    return np.sqrt(-2 * np.log((u + 0.5) * 2.0**-32)) * np.cos(2 * np.pi * v * 2.0**-32)


def binomial_noise(seed, mouse, neuron, stream, session, step):
    """64 tosses of a coin: multiples of 1/4 with mean 0 and variance 1; integer arguments as `normal_noise`.

    For noise that a membrane smooths over many steps: the excess kurtosis of one number is -1/32. Costs a third.
    """
    heads = sum(np.bitwise_count(words).astype(int) for words in _words(seed, mouse, neuron, stream, session, step))
    return (heads - 32) / 4


def plain_exp(x):
    """exp(x) of a dimensionless array, cut off at |x| = 700. Loops over it are vectorized."""
    return np.exp(np.clip(x, -700, 700))


def sigmoid(x):
    """Logistic function 1 / (1 + exp(-x)) of a dimensionless array."""
    return 1 / (1 + np.exp(-np.clip(x, -700, 700)))


def plain_log(x):
    """log(x) of a dimensionless array of positive numbers."""
    return np.log(x)


def exp_decay(time, tau):
    """Fraction that is left after `time` of a quantity that decays with the time constant `tau`; both in seconds."""
    return np.exp(np.clip(-time / tau, -700, 700))


def on_grid(x, full_scale):
    """`x` rounded to a multiple of 2^-51 `full_scale` (2^-22 in single precision); `full_scale` is a power of two.

    A sum of such numbers is exact, whatever their order, as long as it stays below `full_scale`. Devices add up
    synaptic currents in different orders.
    """
    return (x + 3 * full_scale) - 3 * full_scale


def _brian_function(numpy_function, arguments, arg_units=None, return_unit=1):
    name = numpy_function.__name__
    arg_units = arg_units or [1] * len(arguments)
    function = Function(numpy_function, arg_units=arg_units, return_unit=return_unit, arg_names=arguments)
    # Brian2 checks units once; a check of each value would print it, which takes longer than all the rest of a step.
    function.implementations.add_numpy_implementation(numpy_function, discard_units=True)
    # The header defines `name` itself; each back end only has to include it.
    compiled = {"headers": ['"noise.h"'], "include_dirs": [str(HEADER.parent)]}
    function.implementations.add_implementation("cpp", "", compiler_kwds=compiled, name=name)
    function.implementations.add_implementation("cuda", "", compiler_kwds=compiled, name=name)
    cython = f"""
cdef extern from "{HEADER}":
    double _{name} "{name}"({", ".join(["double"] * len(arguments))}) nogil
"""
    function.implementations.add_implementation("cython", cython, name=f"_{name}")
    return function


_COUNTER = ["seed", "mouse", "neuron", "stream", "session", "step"]

#: Brian2 namespace of every equation that uses noise or the sigmoid.
FUNCTIONS = {
    "normal_noise": _brian_function(normal_noise, _COUNTER),
    "uniform_noise": _brian_function(uniform_noise, _COUNTER),
    "binomial_noise": _brian_function(binomial_noise, _COUNTER),
    "plain_exp": _brian_function(plain_exp, ["x"]),
    "sigmoid": _brian_function(sigmoid, ["x"]),
    "plain_log": _brian_function(plain_log, ["x"]),
    "exp_decay": _brian_function(exp_decay, ["time", "tau"], [second, second]),
    "on_grid": _brian_function(on_grid, ["x", "full_scale"], [None, "x"], lambda x, full_scale: x),
}
