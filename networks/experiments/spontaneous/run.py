"""A run of the cortical network, from its configuration to a folder of results: what ``apical cortex`` does."""

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import xarray as xr
from brian2 import get_device, prefs, second, set_device

from apical.networks.circuits.cortex.network import DT, Cortex, build
from apical.networks.circuits.cortex.values import Values, values
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cpp.compiler import COMPILER_FLAGS
from apical.networks.devices.cuda.gpu import gpus, require_gpu
from apical.networks.devices.program import CompiledProgram
from apical.networks.devices.runtime import arrays_of
from apical.networks.experiments.spontaneous.activity import Events, events, offsets, roles, statistics
from apical.networks.experiments.spontaneous.options import CortexConfig
from apical.networks.files import cannot_write, check_free, tree_checksum, written_whole
from apical.networks.provenance import environment
from apical.networks.training.store import EVENT_TIMES

Progress = Callable[[str], None]


def simulate(config: CortexConfig, progress: Progress = lambda phase: None) -> tuple[Mapping, dict[str, float]]:
    """Arrays of a run by ``group.variable``, and wall seconds of its phases. Raises UserError.

    Phases: ``compile``, generation of the program included; ``connect``, from the start of the program to the first
    step; ``simulate``, all steps.
    """
    if config.device == "cuda_standalone":
        require_gpu(config.gpu, f"what the network would need of one: apical cuda-report --cortex {config.scale:g}")
    s = config.structure
    given = values(s, config.seed, config.seconds, config.rates)
    started = time.perf_counter()
    if config.device == "runtime":
        progress("running")
        return on_runtime(s, given)
    progress("compiling")
    program = CompiledProgram(Blueprint(s, config.target), lambda done, files: progress(f"compiling {done}/{files}"))
    compiled = time.perf_counter()
    progress("running")
    with tempfile.TemporaryDirectory(prefix="apical-cortex-") as folder:
        results = program.run(given, Path(folder), config.gpu)
        wall = time.perf_counter() - compiled
        run = float((Path(folder) / "last_run_info.txt").read_text().split()[0])
        arrays = {name: results[name] for name in results if _kept(name)}
    return arrays, {"compile": compiled - started, "connect": wall - run, "simulate": run}


def _kept(name: str) -> bool:
    group, variable = name.split(".")
    return group.endswith("_spikes") or group == "plateaus" or variable == "N"


def on_runtime(s: Cortex, given: Values) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Run the network on Brian2's runtime device: its arrays, and times in s."""
    previous, flags = get_device(), prefs.codegen.cpp.extra_compile_args_gcc
    prefs.codegen.cpp.extra_compile_args_gcc = COMPILER_FLAGS
    set_device("runtime")

    def prepare(network) -> None:
        for name, value in given.items():
            group, variable = name.split(".")
            if group in network:
                network[group].variables[variable].set_value(value)

    try:
        started = time.perf_counter()
        network = build(s, prepare)
        prepare(network)
        connected = time.perf_counter()
        network.run(float(given[s.duration]) * second)
        wall = {"compile": 0.0, "connect": connected - started, "simulate": time.perf_counter() - connected}
        return arrays_of(network), wall
    finally:
        set_device(previous)
        prefs.codegen.cpp.extra_compile_args_gcc = flags


def run(config: CortexConfig, out: Path, overwrite: bool = False, progress: Progress = lambda phase: None) -> dict:
    """Run `config` and write ``run.json`` and ``cortex.zarr`` to the folder `out`; returns the former.

    Written under a temporary name, which becomes `out` when whole. Raises UserError.
    """
    check_free(out, overwrite)
    arrays, wall = simulate(config, progress)
    progress("writing")
    s = config.structure
    spikes, plateaus = events(s, arrays), events(s, arrays, plateaus=True)
    synapses = {c.name: int(arrays[f"{c.name}.N"][0]) for c in s.connections}
    description = {
        "config": config.model_dump(),
        **environment(),
        "gpu": [gpu.name for gpu in gpus() if config.device == "cuda_standalone" and gpu.index == config.gpu],
        "neurons": sum(s.sizes.values()),
        "synapses": synapses,
        "wall_seconds": wall,
        "realtime_factor": config.seconds / wall["simulate"],
        "spike_sha256": checksum(spikes),
        "populations": statistics(s, spikes, plateaus, config.seconds),
    }
    partial = out.with_name(f".{out.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        dataset(s, spikes, plateaus).to_zarr(partial / "cortex.zarr", consolidated=False)
        description["store_sha256"] = tree_checksum(partial / "cortex.zarr")
        with written_whole(partial / "run.json") as path:
            path.write_text(json.dumps(description, indent=1))
        if out.exists():
            shutil.rmtree(out)
        partial.rename(out)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise cannot_write(out, error) from None
    return description


def checksum(spikes: Events) -> str:
    """SHA-256 of all steps and neurons, in order."""
    steps = np.rint(spikes.time / float(DT)).astype("<i8")
    return hashlib.sha256(steps.tobytes() + spikes.neuron.astype("<i4").tobytes()).hexdigest()


def dataset(s: Cortex, spikes: Events, plateaus: Events) -> xr.Dataset:
    """Spikes and plateaus in order of time; populations are ranges of neurons."""
    variables, encoding = {}, {}
    for kind, found in {"spike": spikes, "plateau": plateaus}.items():
        variables[f"{kind}_time"] = (kind, found.time, {"units": "s", "long_name": EVENT_TIMES[kind]})
        variables[f"{kind}_neuron"] = (kind, found.neuron, {"units": "1", "long_name": f"neuron of the {kind}"})
        encoding[f"{kind}_time"] = {"dtype": "int32", "scale_factor": float(DT), "_FillValue": -1}
    variables["first"] = ("population", np.array([*offsets(s).values()]), {"units": "1", "long_name": "first neuron"})
    variables["size"] = ("population", np.array([*s.sizes.values()]), {"units": "1", "long_name": "number of neurons"})
    coordinates = {
        "population": ("population", np.array([*s.sizes], dtype="U"), {"long_name": "layer and cell type"}),
        "role": ("thick", roles(s), {"long_name": "role of a thick-tufted cell in a brain-computer interface"}),
    }
    made = xr.Dataset(variables, coordinates)
    for name, how in encoding.items():
        made[name].encoding = how
    return made
