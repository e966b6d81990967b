"""The populations under 1 mm² of cortex: how many neurons, of which cell, and how fast they fire.

The base are the eight populations of Potjans & Diesmann 2014, Cereb Cortex 24:785. Their inhibitory ones are divided
into PV and SOM cells (the 5HT3aR cells of layers 2 to 6 are left out, their number goes to both in proportion), layer 5
into thick- and thin-tufted pyramidal cells; layer 1, which they leave out, is added.
"""

from dataclasses import dataclass

PD14 = "Potjans & Diesmann 2014"
TREMBLAY = "textbook proportions (Tremblay, Lee, Rudy 2016)"

#: Neurons of the base under 1 mm² (Table 5), and their mean rates in Hz in the full network (of NEST's implementation).
BASE_NUMBERS = dict(L23E=20683, L23I=5834, L4E=21915, L4I=5479, L5E=4850, L5I=1065, L6E=14395, L6I=2948)
BASE_RATES = dict(L23E=0.971, L23I=2.868, L4E=4.746, L4I=5.396, L5E=8.142, L5I=9.078, L6E=0.991, L6I=7.523)

#: Layer 1 has 338 of the 31283 neurons of a column (Markram et al. 2015, Cell 163:456).
BASE_NUMBERS["L1I"] = round(sum(BASE_NUMBERS.values()) * 338 / (31283 - 338))
BASE_RATES["L1I"] = 5.0

#: Rates over that of their population of the base, which PV cells have: SOM cells fire less (model; Gentet et al.
#: 2012).
RELATIVE_RATES = {"som": 0.75}


@dataclass(frozen=True)
class Population:
    """base, share : population of the base that it is a part of, and which part
    cell : model of the cell, see `models.cortical`
    low, high : range of rates in vivo (Hz), awake, and its source
    bias, bias_apical : current in pA, added to the published background at the soma and at the apical dendrite so that
        the mean rate is that of the base: our cells are not those of the base
    """

    base: str
    share: float
    cell: str
    source: str
    low: float
    high: float
    in_vivo: str
    bias: float = 0.0
    bias_apical: float = 0.0

    @property
    def rate(self) -> float:
        """Mean rate (Hz) that is aimed at."""
        return BASE_RATES[self.base] * RELATIVE_RATES.get(self.cell, 1.0)


_SPARSE = "0.1-3 Hz: Gentet et al. 2010; Barth & Poulet 2012"
_L4 = "0.5-6 Hz: Barth & Poulet 2012; Vijayan et al. 2010"
_L5 = "2-10 Hz: de Kock & Sakmann 2009; Vijayan et al. 2010"
_PV = "2-25 Hz: Gentet et al. 2010; Yu et al. 2019"
_SOM = "1-15 Hz: Gentet et al. 2012; Yu et al. 2019"
_L1 = "1-15 Hz: Cohen-Kashi Malina et al. 2021"
_SCHUMAN = "Schuman et al. 2019: {} % of the cells of layer 1"
_EQUAL = "model: half of layer 5"

#: Populations by name, in the order of the layers. The ranges in vivo are wide textbook ranges, rounded; the sources
#: are where to check them. The biases were found by runs at a scale of 0.3 with all synapses that changed them until
#: the rates were those aimed at, but for that of PV cells, chosen before: their threshold is further from rest than
#: that of the base.
POPULATIONS: dict[str, Population] = {
    "L1 NGF": Population("L1I", 0.3, "neurogliaform", _SCHUMAN.format(30), 1, 15, _L1, -8.0),
    "L1 canopy": Population("L1I", 0.4, "canopy", _SCHUMAN.format(40), 1, 15, _L1, -20.0),
    "L23 E": Population("L23E", 1.0, "point", PD14, 0.1, 3, _SPARSE, 105.0),
    "L23 PV": Population("L23I", 0.6, "pv", TREMBLAY, 2, 25, _PV, 130.0),
    "L23 SOM": Population("L23I", 0.4, "som", TREMBLAY, 1, 15, _SOM, -33.0),
    "L4 E": Population("L4E", 1.0, "point", PD14, 0.5, 6, _L4, 9.0),
    "L4 PV": Population("L4I", 0.7, "pv", TREMBLAY, 2, 25, _PV, 130.0),
    "L4 SOM": Population("L4I", 0.3, "som", TREMBLAY, 1, 15, _SOM, -41.0),
    "L5 thick": Population("L5E", 0.5, "thick", _EQUAL, 2, 10, _L5, 260.0, 300.0),
    "L5 thin": Population("L5E", 0.5, "thin", _EQUAL, 2, 10, _L5, 335.0, 300.0),
    "L5 PV": Population("L5I", 0.55, "pv", TREMBLAY, 2, 25, _PV, 130.0),
    "L5 SOM": Population("L5I", 0.45, "som", TREMBLAY, 1, 15, _SOM, -7.0),
    "L6 E": Population("L6E", 1.0, "point", PD14, 0.1, 3, _SPARSE, 95.0),
    "L6 PV": Population("L6I", 0.55, "pv", TREMBLAY, 2, 25, _PV, 130.0),
    "L6 SOM": Population("L6I", 0.45, "som", TREMBLAY, 1, 15, _SOM, -10.0),
}


def numbers(scale: float) -> dict[str, int]:
    """Neurons of each population under `scale` mm², at least one."""
    return {name: max(1, round(scale * p.share * BASE_NUMBERS[p.base])) for name, p in POPULATIONS.items()}
