"""Mice whose brain-computer interface is in a cortical network: a program run for each mouse."""

import numpy as np

from apical.networks.circuits.cortex.task import NDNF
from apical.networks.circuits.cortex.values import values
from apical.networks.training.cohort import Cohort, Values


class CorticalCohort(Cohort):
    """Cohort like `training.cohort.Cohort`, with a cortical network of its own for each mouse."""

    def parameters(self) -> Values:
        """``group.parameter`` to SI value: a scalar, or one per mouse, shape (mice, 1)."""
        tables = self.config.tables
        given = {f"{group}.{name}": self.config.given(name) for group, table in tables.items() for name in table}
        return {name: value[:, None] if value.ndim else value for name, value in given.items()}

    def initial_values(self) -> Values:
        """Everything but parameters that a run starts from.

        The plastic inputs take the place of a part of the background with the same mean.
        """
        seeds = [int(self.generator(int(mouse), "cortex").integers(2**31)) for mouse in self.numbers]
        each = [values(self.structure, seed, 0.0) for seed in seeds]
        own = {name: np.stack([np.atleast_1d(of_mouse[name]) for of_mouse in each]) for name in each[0]}
        for name in ("pyramidal.mean_i_input", "pyramidal.i_input"):
            own[name] = own[name] - self._mean_of_inputs()
        given, chosen = self._task_values() | own, self.parameters()
        return {name: value for name, value in given.items() if name not in chosen}

    def _mean_of_inputs(self) -> np.ndarray:
        """Mean current (A) of the plastic inputs of a cell before anything is learned, shape (mice, 1)."""
        rate = (self._per_mouse("rate_active") + self._per_mouse("rate_silent")) / 2
        weight = self._per_mouse("w_max") / 3
        return self.structure.inputs * rate * weight * self._per_mouse("tau_input")

    def sessions(self, number: int) -> Values:
        """The number of the session, which tells its noise from that of others."""
        return {f"{group}.session": np.asarray(number) for group in (*self.structure.groups, "inputs", "latents")}

    def ndnf(self, opsin: np.ndarray, release: np.ndarray) -> Values:
        """NDNF+ cells that express the opsin, and that release GABA: 0 or 1 of each mouse, shape (mice,)."""
        size = {group: self.structure.group_sizes[group] for group in NDNF}
        releasing = size[NDNF[0]]
        return {
            **{f"{group}.opsin": np.repeat(opsin[:, None], count, axis=1) for group, count in size.items()},
            "volume_transmission.weight": np.repeat(release[:, None] / releasing, releasing, axis=1),
        }
