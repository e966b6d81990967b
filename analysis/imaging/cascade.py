"""Rates that a user has inferred with CASCADE (Rupprecht et al. 2021), read from its files."""

from pathlib import Path

import numpy as np
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from apical.networks.errors import UserError
from apical.networks.training.protocols import RATE

NAMES = ("spike_prob", "spike_rates")


def read_cascade(path: str | Path, rate: float = RATE, per_frame: bool = True) -> np.ndarray:
    """Inferred rates of a CASCADE file, (cells, frames), in Hz, as `imaging.events.find_events` takes them.

    CASCADE writes the expected number of spikes per frame, under the name ``spike_prob``, and NaN at both ends, where
    its window does not fit; the NaN stay.

    path : ``.npy`` with the array, or ``.mat`` (version 7 or older) with a variable spike_prob or spike_rates
    rate : frames per s of the recording
    per_frame : the file holds spikes per frame; False where it holds Hz already
    Raises UserError when the file cannot be read or holds no such array.
    """
    path = Path(path)
    try:
        if path.suffix == ".npy":
            values = np.load(path, allow_pickle=False)
        elif path.suffix == ".mat":
            content = loadmat(path, variable_names=NAMES)
            name = next((name for name in NAMES if name in content), None)
            if name is None:
                raise UserError(f"{path} holds no variable {' or '.join(NAMES)}")
            values = content[name]
        else:
            raise UserError(f"{path} is no output of CASCADE: it writes .npy or .mat")
    except (OSError, ValueError, NotImplementedError, MatReadError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    if values.ndim != 2 or values.dtype.kind not in "fiu":
        raise UserError(f"{path} holds no array of numbers (cells, frames), but {values.dtype} {values.shape}")
    return values.astype(np.float32) * np.float32(rate if per_frame else 1)
