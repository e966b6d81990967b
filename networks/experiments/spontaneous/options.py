"""Options of a run of the cortical network, checked where they come in."""

import os

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apical.networks.circuits.cortex.network import Cortex
from apical.networks.devices.cuda.gpu import architectures
from apical.networks.devices.target import Target
from apical.networks.errors import UserError

#: Part of the synapses of a neuron with which the populations of small networks keep to their rates.
LEAST = 0.1

DEVICES = ("cpp_standalone", "cuda_standalone", "runtime")


class CortexConfig(BaseModel):
    """See `apical cortex --help` for the meaning of each option."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scale: float = Field(0.1, ge=0.002, le=10)
    in_degree: float | None = Field(None, gt=0, le=1)
    seconds: float = Field(2.0, gt=0.3, le=3600)
    device: str = "cpp_standalone"
    threads: int = Field(1, ge=1, le=os.cpu_count() or 1)
    gpu: int = Field(0, ge=0)
    seed: int = Field(1, ge=0, lt=2**31)
    thalamus: float = Field(0.0, ge=0, le=200)
    top_down: float = Field(8.0, ge=0, le=200)

    @property
    def structure(self) -> Cortex:
        """Unless given, synapses of a neuron scale as the number of neurons, but a tenth of them stay."""
        return Cortex(self.scale, min(max(self.scale, LEAST), 1.0) if self.in_degree is None else self.in_degree)

    @property
    def target(self) -> Target:
        if self.device == "cuda_standalone":
            return Target(self.device, arch=architectures(self.gpu))
        return Target(threads=self.threads)

    @property
    def rates(self) -> dict[str, float]:
        """Rates of the axons from elsewhere, in Hz."""
        return {"thalamus": self.thalamus, "top_down": self.top_down, "top_down_layer_1": self.top_down}


def checked(**options) -> CortexConfig:
    """The configuration. Raises UserError, one line, for an option out of range."""
    try:
        found = CortexConfig(**options)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).replace("_", "-")
        raise UserError(f"--{name} {first['input']}: {first['msg'].replace('Input', 'it')}") from None
    if found.device not in DEVICES:
        raise UserError(f"--device {found.device} is not one of {', '.join(DEVICES)}")
    if found.device != "cpp_standalone" and found.threads > 1:
        raise UserError(f"--device {found.device} has no use for --threads; they are of cpp_standalone")
    return found
