"""Sizes of the five compartments and strengths of their channels: what was fitted to the published protocols.

``apical fit-cell`` fits them anew. Set A of a fit of 38 parameters that started from the reduced tree of Maki-Marttunen
et al. 2018; the numbers are phenomenological, since five compartments stand for a tree of hundreds.
"""

from collections.abc import Mapping

from brian2 import ms, mV, nF, nS, pA, pcoulomb, usiemens

from apical.equations.conductance import calcium, gaba, ih, passive, potassium, sk, sodium, synapses
from apical.equations.parameters import Parameter, Table

FIT = "fit to the protocols of apical validate"

#: nF
CAPACITANCE = {"soma": 0.0063, "basal": 0.148, "trunk": 0.209, "nexus": 0.062, "tuft": 0.036}
#: uS, to the neighbour towards the soma
AXIAL = {"basal": 0.256, "trunk": 0.106, "nexus": 0.029, "tuft": 0.018}
#: uS, by mechanism
CONDUCTANCE = {
    "leak": {"soma": 0.0003, "basal": 0.0018, "trunk": 0.0085, "nexus": 0.0016, "tuft": 0.0013},
    "ih": {"soma": 0.0032, "basal": 0.035, "nexus": 0.26, "tuft": 0.19},
    "nat": {"soma": 42, "trunk": 4.5, "nexus": 0.11, "tuft": 0.20},
    "nap": {"soma": 0.0055},
    "kp": {"soma": 0.024},
    "kt": {"soma": 0.13},
    "kv3": {"soma": 10, "trunk": 0.098, "nexus": 0.0097, "tuft": 0.0097},
    "km": {"trunk": 0.012, "nexus": 0.0016, "tuft": 0.0016},
    "sk": {"soma": 2.8, "nexus": 0.048, "tuft": 0.0355},
    "hva": {"soma": 0.0045, "nexus": 0.037, "tuft": 0.0274},
    "lva": {"soma": 0.015, "nexus": 0.0027, "tuft": 0.0020},
}
#: ms
CALCIUM_DECAY = {"soma": 374, "nexus": 46, "tuft": 46}
#: pC that half-open SK channels
CALCIUM_CHARGE = {"soma": 18.9, "nexus": 67.2, "tuft": 39.1}

CHANNELS = {
    "leak": "leak",
    "ih": "I_h",
    "nat": "transient sodium",
    "nap": "persistent sodium",
    "kp": "persistent potassium",
    "kt": "transient potassium",
    "kv3": "Kv3 potassium",
    "km": "muscarinic potassium",
    "sk": "SK potassium",
    "hva": "high-threshold calcium",
    "lva": "low-threshold calcium",
}


def _fitted(prefix: str, values: Mapping[str, float], unit, meaning: str, low: float = 0.0) -> Table:
    return {
        f"{prefix}_{region}": Parameter(value * unit, f"{meaning}, {region}", FIT, low=low * unit)
        for region, value in values.items()
    }


PARAMETERS: Table = (
    _fitted("c", CAPACITANCE, nF, "capacitance", low=1e-4)
    | _fitted("g_axial", AXIAL, usiemens, "axial conductance towards the soma")
    | {
        name: parameter
        for channel, values in CONDUCTANCE.items()
        for name, parameter in _fitted(f"gmax_{channel}", values, usiemens, f"{CHANNELS[channel]} conductance").items()
    }
    | _fitted("tau_ca", CALCIUM_DECAY, ms, "decay of calcium", low=1)
    | _fitted("charge_ca", CALCIUM_CHARGE, pcoulomb, "calcium charge that half-opens SK channels", low=0.1)
    | {
        "gmax_ampa_tuft": Parameter(5 * nS, "all AMPA receptors of the tuft", "model: below threshold", low=0 * nS),
        "gmax_nmda_tuft": Parameter(20 * nS, "all NMDA receptors of the tuft", "model: NMDA spike", low=0 * nS),
    }
    | passive.PARAMETERS
    | sodium.PARAMETERS
    | potassium.PARAMETERS
    | calcium.PARAMETERS
    | sk.PARAMETERS
    | ih.PARAMETERS
    | synapses.PARAMETERS
    | gaba.PARAMETERS
    | {
        "v_spike": Parameter(-20 * mV, "a somatic spike crosses it upwards", "convention"),
        "e_plateau": Parameter(-40 * mV, "the nexus is above it in a plateau", "model: as in traces of Larkum 1999"),
        "d_plateau": Parameter(6 * mV, "slope of the plateau's calcium signal", "model", low=0.1 * mV),
        "plateau_minimum": Parameter(15 * ms, "time above e_plateau that makes a plateau", "model", low=1 * ms),
    }
)

#: Parameters of the drive in the circuit that differ from those of the two-compartment cell.
DRIVE_PARAMETERS: Table = {
    "i_bias_soma": Parameter(100 * pA, "constant somatic drive", "model: 3-8 events/s"),
    "i_bias_apical": Parameter(250 * pA, "constant apical drive", "model: burst fraction 0.1-0.3"),
    "i_teaching": Parameter(
        200 * pA, "current of a teaching signal of 1", "model: moves the burst fraction as in the two-compartment cell"
    ),
    "g_gaba": Parameter(6 * nS, "apical conductance per unit of GABA", "model: light blocks plateaus", low=0 * nS),
}

#: Inhibition that blocks BAC firing for hundreds of ms, as in the two-compartment cell.
SLOW_GABA_PARAMETERS: Table = {
    "g_gaba_a": Parameter(10 * nS, "slow GABA_A conductance of a release of all cells", "model: blocks", low=0 * nS),
    "g_gaba_b": Parameter(4 * nS, "GABA_B conductance of a release of all cells", "model: blocks", low=0 * nS),
}
