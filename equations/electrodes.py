"""Currents of an experimenter at two sites of a cell: pulses, an EPSC, a constant and noise, for each cell its own."""

import numpy as np
from brian2 import ms, nA

SITES = ("soma", "apical")

#: `count` rectangular pulses, one every `period`.
PULSES = """
pulse_{site} = amplitude_{site}*int(nth_{site} >= 0)*int(nth_{site} < count_{site})
    *int(since_{site} - nth_{site}*period_{site} < width_{site}) : amp
nth_{site} = floor(since_{site}/period_{site}) : 1
since_{site} = t - onset_{site} + dt/2 : second
amplitude_{site} : amp (constant)
onset_{site} : second (constant)
width_{site} : second (constant)
period_{site} : second (constant)
count_{site} : 1 (constant)
"""

_SITE = (
    PULSES
    + """
i_{site} = mean_{site} + pulse_{site} + epsc_{site} + noise_{site} : amp (constant over dt)
mean_{site} : amp (constant)

# EPSC-like current of two exponentials, scaled to its peak
epsc_{site} = epsc_peak_{site}/epsc_scale*int(after_{site} > 0*second)*(exp_decay(after_{site}, tau_epsc)
    - exp_decay(after_{site}, tau_rise_epsc)) : amp
after_{site} = t - epsc_onset_{site} : second
epsc_peak_{site} : amp (constant)
epsc_onset_{site} : second (constant)

dnoise_{site}/dt = -noise_{site}/tau_noise
    + sigma_{site}*diffusion*normal_noise(seed, 0, cell, {stream}, 0, t_in_timesteps) : amp
sigma_{site} : amp (constant)
"""
)

EQUATIONS = (
    "".join(_SITE.format(site=site, stream=stream) for stream, site in enumerate(SITES))
    + """
diffusion = sqrt((2 - dt/tau_noise)/(tau_noise*dt)) : Hz
cell : integer (constant)
seed : integer (shared, constant)
"""
)

TAU_RISE_EPSC, TAU_EPSC = 0.5 * ms, 5 * ms  # Hay et al. 2011
_PEAK = np.log(10) / 0.9 * TAU_RISE_EPSC  # time of the peak: log(b/a)/(1/a - 1/b) with b = 10 a
#: Constants of the equations. The noise has the correlation time of Naud & Sprekeler 2018.
CONSTANTS = {
    "tau_noise": 2 * ms,
    "tau_rise_epsc": TAU_RISE_EPSC,
    "tau_epsc": TAU_EPSC,
    "epsc_scale": float(np.exp(-_PEAK / TAU_EPSC) - np.exp(-_PEAK / TAU_RISE_EPSC)),
}


_PULSE_SETTINGS = {
    "amplitude": (0.0, nA),
    "onset": (0.0, ms),
    "width": (5.0, ms),
    "period": (1e6, ms),
    "count": (1.0, 1),
}
_SETTINGS = _PULSE_SETTINGS | {"mean": (0.0, nA), "sigma": (0.0, nA), "epsc_peak": (0.0, nA), "epsc_onset": (0.0, ms)}


def _named(settings: dict, site: str) -> dict:
    return {f"{name}_{site}": setting for name, setting in settings.items()}


#: Settings of an electrode, by default those of no current, with their unit: of a cell, and of light on layer 1.
AT_REST = _named(_SETTINGS, "soma") | _named(_SETTINGS, "apical")
LIGHT_AT_REST = _named(_PULSE_SETTINGS, "light")
