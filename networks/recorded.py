"""What a run may record: the choices of ``--record``, each with all that those before it have."""

#: Name of a choice to what it adds.
RECORD = {
    "events": "spikes and plateaus",
    "imaging": "also the fluorescence of soma and apical dendrite of all cells",
    "traces": "also the potentials of soma and apical dendrite of the BCI cells",
}

#: Samples of membrane potentials per second.
VOLTAGE_RATE = 1000.0
