"""Feed-forward inputs: Poisson units in two pools with slow shared fluctuations.

The task pool is active while the patch is shown in a trial, the rest pool otherwise (passive baseline
included); both have the same size, so that the mean drive does not change with the task. Each input
follows one of a few slow latents of its mouse.
"""

from brian2 import Hz, second

from apical.equations.parameters import Parameter, Table

PARAMETERS: Table = {
    "rate_active": Parameter(8 * Hz, "rate of the active pool", "model: sparse cortical rates", low=0 * Hz),
    "rate_silent": Parameter(2 * Hz, "rate of the other pool", "model: sparse cortical rates", low=0 * Hz),
    "modulation": Parameter(
        0.3, "relative s.d. of an input's rate by its latent", "model: moderate shared noise", low=0.0
    ),
}

EQUATIONS = """
rate : Hz
task_pool : integer (constant)         # 1 in the task pool, 0 in the rest pool
mouse : integer (constant)
unit : integer (constant)
seed : integer (shared, constant)
session : integer (shared, constant)
"""

FRAME = """
rate = (rate_silent + (rate_active - rate_silent)*int(task_pool == engaged))*clip(1 + modulation*latent, 0, 3)
"""

SPIKE = "uniform_noise(seed, mouse, unit, 4, session, t_in_timesteps) < rate*dt"

LATENT_PARAMETERS: Table = {
    "tau_latent": Parameter(
        1 * second, "correlation time of a latent", "model: slower than the indicator", low=0.2 * second
    )
}

#: Ornstein-Uhlenbeck process of unit variance.
LATENT = """
dlatent/dt = -latent/tau_latent + sqrt((2 - dt/tau_latent)/(tau_latent*dt))
    *normal_noise(seed, mouse, unit, 6, session, t_in_timesteps) : 1
mouse : integer (constant)
unit : integer (constant)
seed : integer (shared, constant)
session : integer (shared, constant)
"""
