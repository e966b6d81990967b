"""Adaptation of the adaptive exponential integrate-and-fire neuron: Brette & Gerstner 2005, J Neurophysiol 94:3637."""

EQUATIONS = """
i_intrinsic = -i_adaptation : amp
di_adaptation/dt = (a_adaptation*(v - e_leak) - i_adaptation)/tau_adaptation : amp
"""

RESET = "i_adaptation += b_adaptation\n"
