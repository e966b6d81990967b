"""What a run may record, besides its frames."""

#: Samples of membrane potentials per second.
VOLTAGE_RATE = 1000.0
