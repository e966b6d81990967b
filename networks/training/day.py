"""One day of a cohort: baseline program, calibration, closed-loop program."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from apical.equations import alignment, task
from apical.networks.devices.results import CohortResults
from apical.networks.errors import UserError
from apical.networks.training.calibration import Calibration, calibrate
from apical.networks.training.cohort import Cohort, Values
from apical.networks.training.conditions import CONDITIONS, Condition, random
from apical.networks.training.failures import failures
from apical.networks.training.protocols import PROTOCOLS, Protocol
from apical.networks.training.record import day_record

#: What of imaging and readout a day hands to the next besides weights and what the rule keeps, with the first value.
SLOW_STATE = {
    "pyramidal.activity_mean": 0.0,
    "pyramidal.activity_variance": 1.0,
    "pyramidal.alignment": 0.0,
    "readout.cursor_mean": 0.0,
    "readout.cursor_variance": 1.0,
}


class Training:
    """A cohort under a protocol, one day after the other."""

    def __init__(self, cohort: Cohort, conditions: Sequence[Condition | str] | None = None):
        """conditions : of each mouse, by name or as themselves; that of the configuration for all when None"""
        config = cohort.config
        self.cohort = cohort
        self.conditions = [CONDITIONS.find(c) for c in conditions or [config.condition] * cohort.mice]
        self.rule = config.rule
        self.protocol: Protocol = replace(PROTOCOLS[config.protocol], probe_every=config.probe_every)
        self.fixed = cohort.parameters() | cohort.initial_values() | self._condition_values()
        scale = self.protocol.learning_rate_scale
        for rate in self.rule.rates:
            self.fixed[f"pyramidal.{rate}"] = self.fixed[f"pyramidal.{rate}"] * scale
        self.fixed["pyramidal.tau_alignment"] = self.fixed["pyramidal.tau_alignment"] / scale

    def _condition_values(self) -> Values:
        protocol, mice = self.protocol, self.cohort.mice
        per_mouse = np.ones((mice, 1))
        return {
            "readout.session_light": self._of_condition("light")[:, None],
            "readout.probe_every": per_mouse * protocol.probe_every,
            **self.cohort.ndnf(self._of_condition("opsin"), self._of_condition("ndnf")),
            "readout.hold_frames": np.asarray(protocol.hold_frames),
            "readout.grey_frames": np.asarray(protocol.frames(protocol.grey)),
            "readout.trial_frames": np.asarray(protocol.frames(protocol.trial)),
            "readout.freeze_frames": np.asarray(protocol.frames(protocol.freeze)),
            "readout.black_frames": np.asarray(protocol.frames(protocol.black)),
            "readout.time_out_frames": np.asarray(protocol.frames(protocol.time_out)),
        }

    def _of_condition(self, switch: str) -> np.ndarray:
        """A switch of each mouse's condition as 0 or 1, shape (mice,)."""
        return np.array([float(getattr(condition, switch)) for condition in self.conditions])

    def first_state(self) -> Values:
        """The slow state before day 1."""
        rule = dict.fromkeys(self.rule.averages, 0.0) | self.rule.slow
        slow = {f"pyramidal.{name}": value for name, value in rule.items()} | SLOW_STATE
        count = {"pyramidal": self.cohort.structure.cells, "readout": 1}
        return {
            "feed_forward.w": self.fixed["feed_forward.w"],
            **{name: np.full((self.cohort.mice, count[name.split(".")[0]]), value) for name, value in slow.items()},
        }

    def delivered(self, state: Values) -> np.ndarray:
        """Feedback weights of the day that reach the cells, shape (mice, cells)."""
        cohort = self.cohort
        if cohort.config.feedback == "learned":
            intact = alignment.consolidate(state["pyramidal.alignment"])
        else:
            intact = np.zeros((cohort.mice, cohort.structure.cells))
            intact[:, : cohort.structure.bci_cells] = np.sign(cohort.readout_weights())
        if cohort.config.feedback == "random":
            intact = random(intact, self.generators("random feedback"))
        rows = zip(self.conditions, intact[:, None], self.generators("feedback"), strict=True)
        return np.concatenate([_delivered(condition, row, own) for condition, row, own in rows])

    def _current(self, weights: np.ndarray) -> Values:
        """Feedback weights (mice, cells) as those of the compartment that the teaching current of each mouse enters."""
        at_soma = np.array([condition.compartment == "soma" for condition in self.conditions])[:, None]
        return {
            "pyramidal.feedback_apical": np.where(at_soma, 0.0, weights),
            "pyramidal.feedback_soma": np.where(at_soma, weights, 0.0),
        }

    def generators(self, purpose: str, day: int = 0) -> list[np.random.Generator]:
        """A generator for each mouse."""
        return [self.cohort.generator(int(number), purpose, day) for number in self.cohort.numbers]

    def day(
        self, day: int, state: Values, scratch: Path, progress=lambda phase: None
    ) -> tuple[Values, Values, dict[int, str]]:
        """Run day `day` (1, 2, ...) from the slow state.

        Returns the record of the day, the next slow state, and which mice (positions) failed, and why.

        state : ``group.variable`` of `first_state` to arrays (mice, elements per mouse), and from day 2 on ``z``, the
            z-score of the threshold of day 1, shape (mice,)
        scratch : folder for the programs' files
        progress : called with the name of each phase as it starts
        """
        protocol, mice = self.protocol, self.cohort.mice
        progress("baseline")
        before = self._run(day, 0, state, scratch / "baseline", protocol.baseline_run)
        averages = {f"pyramidal.{name}": before.state(f"pyramidal.{name}") for name in self.rule.averages}
        if day == 1:
            averages = {name: value / self._grown_fraction(name) for name, value in averages.items()}
        calibration = self._calibrate(day, before, state.get("z"))
        delivered = self.delivered(state)

        progress("closed loop")
        start = self._current(delivered) | {
            "pyramidal.f0": self._f0(before, calibration),
            "readout.x_minimum": calibration.x_minimum[:, None],
            "readout.threshold": calibration.threshold[:, None],
            "readout.phase": np.full((mice, 1), task.GREY),
            "readout.frames": np.full((mice, 1), -protocol.frames(protocol.warm_up)),
        }
        loop = self._run(day, 1, state | averages | start, scratch / "closed_loop", protocol.closed_loop_run)
        next_state = {name: loop.state(name) for name in self.first_state()} | {"z": calibration.z}
        record = day_record(loop, calibration, delivered, self.cohort.config.given("plateau_minimum"))
        return record, next_state, failures(before, loop, next_state)

    def excerpt(self, seconds: float, scratch: Path) -> CohortResults:
        """Day 1 in closed loop for some seconds, without a baseline before it; all cells are taught alike.

        For comparisons of devices. scratch : folder for the programs' files
        """
        mice, cells = self.cohort.mice, self.cohort.structure.cells
        values = self.first_state() | self._current(np.ones((mice, cells)))
        values["readout.phase"] = np.full((mice, 1), task.TRIAL)
        return self._run(1, 1, values, scratch, seconds)

    def _run(self, day: int, part: int, values: Values, folder: Path, duration: float) -> CohortResults:
        s, mice = self.cohort.structure, self.cohort.mice
        # Noise of a day: sessions 2*day (baseline) and 2*day + 1 (closed loop).
        code = self.cohort.sessions(2 * day + part)
        defaults = {
            "pyramidal.feedback_apical": np.zeros((mice, s.cells)),
            "pyramidal.feedback_soma": np.zeros((mice, s.cells)),
            "readout.x_minimum": np.zeros((mice, 1)),
            "readout.threshold": np.ones((mice, 1)),
            "readout.phase": np.full((mice, 1), task.BASELINE),
            "readout.frames": np.zeros((mice, 1)),
            "readout.duration": np.asarray(duration),
        }
        given = {name: value for name, value in values.items() if name != "z"}
        return self.cohort.run(self.fixed | defaults | code | given, folder)

    def _grown_fraction(self, average: str) -> np.ndarray:
        """A running average that starts at zero has reached 1 - exp(-T/tau) of the rate after T."""
        tau = self.rule.averages[average.removeprefix("pyramidal.")]
        return 1 - np.exp(-self.protocol.baseline_run / self.fixed[f"pyramidal.{tau}"])

    def _calibrate(self, day: int, baseline: CohortResults, first_z: np.ndarray | None) -> Calibration:
        fluorescence = baseline.recorded("bci_fluorescence.fluorescence_soma")
        settled = fluorescence[:, :, self.protocol.frames(self.protocol.warm_up) :]
        weights = np.tile(self.cohort.readout_weights(), (self.cohort.mice, 1))
        return calibrate(settled, weights, self.protocol, self.generators("calibration", day), first_z)

    def _f0(self, baseline: CohortResults, calibration: Calibration) -> np.ndarray:
        f0 = baseline.state("pyramidal.f0")
        f0[:, : calibration.f0.shape[1]] = calibration.f0
        return f0


def _delivered(condition: Condition, weights: np.ndarray, own: np.random.Generator) -> np.ndarray:
    """Weights that a condition makes of those (1, cells) of a mouse. Raises UserError unless it is as many numbers."""
    made = np.asarray(condition.teaching(weights, [own]), dtype=float)
    if made.shape != weights.shape or not np.isfinite(made).all():
        raise UserError(f"condition {condition}: its teaching gives {made.shape} weights, not {weights.shape} numbers")
    return made
