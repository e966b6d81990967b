"""Record of a closed loop."""

import numpy as np

from apical.equations.pyramidal import steps_from_onset
from apical.networks.devices.results import CohortResults
from apical.networks.training.calibration import Calibration
from apical.networks.training.cohort import Values

#: What is kept of each frame.
FRAMES = ("x", "cursor", "phase", "light", "probe", "teaching")
IMAGING = ("imaging_traces.fluorescence_soma", "imaging_traces.fluorescence_apical")
VOLTAGES = ("voltage_traces.v_soma", "voltage_traces.v_apical")
RECORDED = {"events": (), "imaging": IMAGING, "traces": IMAGING + VOLTAGES}


def day_record(
    loop: CohortResults, calibration: Calibration, delivered: np.ndarray, plateau_minimum: np.ndarray
) -> Values:
    """The record of a day; all arrays have the mice first, but the lists of events and the time step in s.

    delivered : feedback weights as they reached the cells, (mice, cells)
    plateau_minimum : the parameter in s, one for all or (mice,)
    """
    s, mice = loop.structure, loop.mice
    record: Values = {
        "time_step": np.asarray(s.dt),
        "x_minimum": calibration.x_minimum,
        "threshold": calibration.threshold,
        "feedback": delivered,
        "alignment": loop.state("pyramidal.alignment"),
        "event_count": loop.state("pyramidal.event_count").astype(np.int32),
        "burst_count": loop.state("pyramidal.burst_count").astype(np.int32),
        "weight": loop.state("feed_forward.w").reshape(-1, s.inputs, s.cells).transpose(0, 2, 1) * 1e12,
    }
    for name in FRAMES:
        record[name] = loop.recorded(f"frames.{name}")[:, 0].astype(np.float32)
    for name, late in (("spike", 0), ("plateau", steps_from_onset(plateau_minimum, s.dt))):
        per_mouse, cell, step = loop.events(f"{name}s")
        mouse = np.repeat(np.arange(mice), per_mouse)
        count = np.bincount(mouse * s.cells + cell, minlength=mice * s.cells)
        record[f"{name}_count"] = count.reshape(mice, s.cells).astype(np.int32)
        record[f"{name}_row_size"] = per_mouse
        record[f"{name}_cell"] = cell
        record[f"{name}_step"] = step - np.broadcast_to(np.int32(late), mice)[mouse]
    for name in RECORDED[s.record]:
        record[name.split(".")[1]] = loop.recorded(name).astype(np.float32)
    return record
