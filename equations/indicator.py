"""jGCaMP7f in soma and apical dendrite, imaged at 15.46 Hz with photon shot noise.

Kernel and non-linearity: fit of Zhang et al. 2023 (jGCaMP7f),
c = sum over spikes of (1 - exp(-t/16.2 ms)) (exp(-t/95.3 ms) + 0.24 exp(-t/398 ms)),
dF/F = 6.84/(1 + exp(-0.423 (c - 5.56))) - 0.593.
The product is a sum of four exponentials; its two rise terms (13.8 and 15.6 ms) are merged into one of
14.15 ms, which changes c by less than 1 % of its peak.
"""

from brian2 import Hz, ms

from apical.equations.parameters import Parameter, Table

ZHANG = "Zhang et al. 2023, fit for jGCaMP7f"

PARAMETERS: Table = {
    "tau_ca_rise": Parameter(14.15 * ms, "rise of the calcium signal", ZHANG, low=1 * ms),
    "tau_ca_fast": Parameter(95.3 * ms, "fast decay of the calcium signal", ZHANG, low=1 * ms),
    "tau_ca_slow": Parameter(398 * ms, "slow decay of the calcium signal", ZHANG, low=1 * ms),
    "ca_slow_fraction": Parameter(0.24, "amplitude of the slow decay", ZHANG),
    "ca_plateau": Parameter(
        100 * Hz, "apical calcium per plateau time, in spike units", "model: 3 spikes per 30 ms plateau"
    ),
    "ca_bap": Parameter(
        0.3, "apical calcium of a back-propagating spike, in spike units", "model: a tenth of a plateau"
    ),
    "dff_scale": Parameter(6.84, "amplitude of the non-linearity", ZHANG),
    "dff_slope": Parameter(0.423, "slope of the non-linearity", ZHANG),
    "dff_half": Parameter(5.56, "half-activation of the non-linearity", ZHANG),
    "dff_offset": Parameter(0.593, "offset of the non-linearity", ZHANG),
    "photons": Parameter(400.0, "photons per cell and frame at baseline", "model: 5 % shot noise", low=1.0),
    "f0_step": Parameter(
        0.002, "step per frame of the running percentile F0, in F", "model: about 30 s memory", low=0.0
    ),
    "f0_percentile": Parameter(0.10, "percentile that F0 tracks", "Francioni et al. 2026", low=0.0, high=1.0),
}

EQUATIONS = """
dca_rise_soma/dt = -ca_rise_soma/tau_ca_rise : 1
dca_fast_soma/dt = -ca_fast_soma/tau_ca_fast : 1
dca_slow_soma/dt = -ca_slow_soma/tau_ca_slow : 1
ca_soma = ca_fast_soma + ca_slow_fraction*ca_slow_soma - (1 + ca_slow_fraction)*ca_rise_soma : 1

# the apical indicator follows the calcium of the plateau
dca_rise_apical/dt = -ca_rise_apical/tau_ca_rise + ca_plateau*plateau : 1
dca_fast_apical/dt = -ca_fast_apical/tau_ca_fast + ca_plateau*plateau : 1
dca_slow_apical/dt = -ca_slow_apical/tau_ca_slow + ca_plateau*plateau : 1
ca_apical = ca_fast_apical + ca_slow_fraction*ca_slow_apical - (1 + ca_slow_fraction)*ca_rise_apical : 1

dff_true_soma = dff_scale*sigmoid(dff_slope*(ca_soma - dff_half)) - dff_offset : 1
dff_true_apical = dff_scale*sigmoid(dff_slope*(ca_apical - dff_half)) - dff_offset : 1

fluorescence_soma : 1          # as imaged, in units of the resting fluorescence
fluorescence_apical : 1
f0 : 1                         # running 10th percentile of fluorescence_soma
dff : 1                        # (F - F0)/F0 of the soma, as the BCI sees it
"""

RESET = """
ca_rise_soma += 1
ca_fast_soma += 1
ca_slow_soma += 1
ca_rise_apical += ca_bap
ca_fast_apical += ca_bap
ca_slow_apical += ca_bap
"""

#: Update at each frame. Shot noise has the variance of the photon count. The experiment sorts the last 30 s for F0;
#: here F0 climbs by step*percentile and falls by step*(1 - percentile), which balance at the percentile, within 1 %.
FRAME = """
photon_soma = normal_noise(seed, mouse, cell, 2, session, t_in_timesteps)
photon_apical = normal_noise(seed, mouse, cell, 3, session, t_in_timesteps)
fluorescence_soma = 1 + dff_true_soma + sqrt((1 + dff_true_soma)/photons)*photon_soma
fluorescence_apical = 1 + dff_true_apical + sqrt((1 + dff_true_apical)/photons)*photon_apical
f0 += f0_step*(f0_percentile - int(fluorescence_soma < f0))
dff = (fluorescence_soma - f0)/f0
"""
