"""A Neo block in memory, for Elephant and other tools that read Neo."""

import numpy as np
import xarray as xr

from apical.analysis.export.recording import Recording, package
from apical.networks.recorded import VOLTAGE_RATE
from apical.networks.training.protocols import RATE


def neo_block(data: xr.Dataset, mouse: int = 0, session: int = 1):
    """One mouse on one day as a `neo.Block` with one segment, which starts with the closed loop.

    data : whole, of `apical.open_run`; mouse : position in the cohort; session : day, the first is 1

    The groups ``soma`` and ``apical`` hold one spike train per cell (of the apical dendrite: onsets of plateaus), with
    ``cell``, ``role`` and ``compartment`` as annotations. Signals, as far as recorded, are named as in the store and
    have one channel per cell: ``fluorescence_...`` (1), ``v_...`` (V); one in all: ``x`` (1), ``angle`` (degree),
    ``teaching`` (1). Epochs: ``trials``, labelled hit or miss, and ``light``.
    Raises UserError: no such mouse or session, neo not installed.
    """
    neo = package("neo", "a Neo block")
    quantities = package("quantities", "a Neo block")
    s = quantities.s
    r = Recording(data, mouse, session)
    about = {"mouse": r.mouse, "session": session, "condition": r.condition, "simulated": True}
    block = neo.Block(name=f"mouse {r.mouse}, day {session}", description="simulated by apical", **about)
    segment = neo.Segment(name="closed loop", threshold=float(r.values("threshold")))
    block.segments.append(segment)

    roles = r.roles
    for compartment, kind in (("soma", "spike"), ("apical", "plateau")):
        group = neo.Group(name=compartment)
        for cell, times in enumerate(r.event_times(kind)):
            train = neo.SpikeTrain(
                times * s,
                t_stop=max(r.seconds, times.max(initial=0)) * s,
                sampling_rate=1 / (r.step * s),
                name=f"{compartment} {cell}",
                cell=cell,
                role=str(roles[cell]),
                compartment=compartment,
            )
            segment.spiketrains.append(train)
            group.add(train)
        block.groups.append(group)

    rates = {"x": RATE, "angle": RATE, "teaching": RATE, "fluorescence_soma": RATE, "fluorescence_apical": RATE}
    for name, rate in (rates | {"v_soma": VOLTAGE_RATE, "v_apical": VOLTAGE_RATE}).items():
        if not r.has(name):
            continue
        signal = neo.AnalogSignal(
            np.atleast_2d(r.values(name)).T,
            units={"1": "dimensionless"}.get(r.unit(name), r.unit(name)),
            sampling_rate=rate * quantities.Hz,
            name=name,
            description=r.meaning(name),
        )
        segment.analogsignals.append(signal)

    trials = r.trials()
    labels = np.where(trials.hit, "hit", "miss")
    spans = {"trials": (trials.start.to_numpy(float), trials.end.to_numpy(float), labels)}
    starts, ends = r.light()
    spans["light"] = (starts, ends, np.full(starts.size, "light"))
    for name, (start, end, label) in spans.items():
        epoch = neo.Epoch(times=start * s, durations=(end - start) * s, labels=label, name=name)
        if name == "trials":
            epoch.array_annotate(probe=trials.probe.to_numpy())
        segment.epochs.append(epoch)
    return block
