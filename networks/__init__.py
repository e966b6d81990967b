"""Networks of spiking neurons: what is simulated, on which device, and over which days."""
