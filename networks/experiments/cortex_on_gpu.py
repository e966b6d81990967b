"""Memory and speed of cortical networks on a GPU: predictions, from code that is not compiled."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apical.networks.circuits.cortex.network import Cortex
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cuda.memory import device_bytes
from apical.networks.devices.cuda.report import LAUNCH, Prediction, make_report
from apical.networks.devices.program import generate_sources
from apical.networks.devices.target import Target
from apical.networks.errors import UserError
from apical.networks.experiments.spontaneous.options import checked

TARGET = Target("cuda_standalone", arch=("sm_90",))
SECONDS = 1.0  # of a run whose spikes are recorded


@dataclass(frozen=True)
class NetworkReport:
    """A network at the rates aimed at.

    synaptic_events : events per biological second; for each source group its synapses times its mean rate
    memory : bytes on the GPU, see `device_bytes`; bytes_per_synapse : part of them that grows with the synapses
    operations : number of operations that the host asks of the GPU in a step
    traffic : bytes read and written in a biological second
    predictions : one prediction for each card
    """

    scale: float
    in_degree: float
    neurons: int
    synapses: int
    synaptic_events: float
    memory: int
    bytes_per_synapse: float
    operations: int
    traffic: float
    predictions: list[Prediction]


def sizes(texts: Sequence[str]) -> list[Cortex]:
    """The networks of ``SCALE`` or ``SCALE:IN-DEGREE``. Raises UserError."""
    found = []
    for text in texts:
        try:
            scale, *given = map(float, text.split(":"))
            in_degree = given.pop() if len(given) == 1 else None
            if given:
                raise ValueError
        except ValueError:
            raise UserError(f"--cortex {text}: give SCALE or SCALE:IN-DEGREE, such as 1:0.1") from None
        found.append(checked(scale=scale, in_degree=in_degree).structure)
    return found


def report_network(s: Cortex, launch: float = LAUNCH) -> NetworkReport:
    """The report of `s`, whose code is generated but not compiled. launch : seconds of a launch, see `Report`"""
    blueprint = Blueprint(s, TARGET)
    with tempfile.TemporaryDirectory(prefix="apical-report-") as folder:
        generate_sources(blueprint, Path(folder))
        arrays = json.loads(Path(folder, "arrays.json").read_text())
        report = make_report(Path(folder), s, arrays)
    memory, synapses = device_bytes(arrays, blueprint, SECONDS), sum(s.demand.synapses.values())
    return NetworkReport(
        scale=s.scale,
        in_degree=s.in_degree,
        neurons=sum(s.sizes.values()),
        synapses=synapses,
        synaptic_events=sum(k.events * k.synapses for k in report.kernels),
        memory=sum(memory.values()),
        bytes_per_synapse=memory["synapses"] / synapses,
        operations=sum(report.count(kind, report.step) for kind in ("launch", "memset", "transfer")),
        traffic=sum(k.bytes_per_second for k in report.kernels),
        predictions=report.predictions(launch),
    )
