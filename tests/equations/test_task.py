"""The trial machine of the equations, beside one written out with plain ifs after the published rules."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from brian2 import Clock, Network, StateMonitor, TimedArray

from apical.equations.task import BASELINE, BLACK, FRAME_RATE, FREEZE, GREY, TIME_OUT, TRIAL
from apical.models.interface import interface, parameters
from apical.models.teachers import MIXTURE
from apical.networks.training.protocols import Protocol

PROTOCOL = Protocol()
FRAMES = {name: PROTOCOL.frames(getattr(PROTOCOL, name)) for name in ("grey", "freeze", "black", "time_out")}
FRAMES |= {"trial": PROTOCOL.frames(PROTOCOL.trial), "hold": PROTOCOL.hold_frames}
RECORDED = ("x", "phase", "trial", "cursor", "probe", "light", "engaged", "closed_loop")


@dataclass
class Oracle:
    """One mouse, frame by frame."""

    minimum: float
    target: float
    probe_every: int
    has_light: bool
    phase: int = GREY
    spent: int = 0  # frames in the phase
    trial: int = 0
    seen: list = field(default_factory=lambda: [0.0, 0.0, 0.0])

    def frame(self, difference: float) -> tuple:
        self.seen = [*self.seen[1:], difference]
        x = sum(self.seen) / 3
        at_target = x >= self.target
        self.spent += 1
        if self.phase == GREY:
            if self.spent >= FRAMES["grey"]:
                self.enter(TRIAL)
                self.trial += 1
        elif self.phase == TRIAL:
            if at_target and self.spent > FRAMES["hold"]:
                self.enter(FREEZE)
            elif self.spent >= FRAMES["trial"]:
                self.enter(TIME_OUT)
        elif self.phase == FREEZE:
            if self.spent >= FRAMES["freeze"]:
                self.enter(BLACK)
        elif self.phase == BLACK:
            if self.spent >= FRAMES["black"]:
                self.enter(GREY)
        elif self.phase == TIME_OUT and self.spent >= FRAMES["time_out"]:
            self.enter(GREY)

        if self.phase == FREEZE:
            step = 6
        else:  # seven angles, 15 degrees apart
            step = math.floor(6 * (x - self.minimum) / (self.target - self.minimum))
            step = min(max(step, 0), 6)
        is_probe = self.trial > 0 and self.probe_every > 0 and self.trial % self.probe_every == 0
        playing = self.phase == TRIAL
        light = self.has_light and not (is_probe and playing)
        return x, self.phase, self.trial, step / 6, is_probe, light, playing, playing and not is_probe

    def enter(self, phase: int) -> None:
        self.phase, self.spent = phase, 0


def run_equations(difference, minimum, target, probe_every, has_light, phase=GREY):
    """The equations of the interface, fed with `difference` (mice, frames); each recorded (mice, frames)."""
    mice, frames = difference.shape
    clock = Clock(1 / FRAME_RATE, name="frame_clock")
    group = interface(mice, frozenset(), clock)
    for name, parameter in parameters(MIXTURE).items():
        setattr(group, name, parameter.value)
    for name, value in FRAMES.items():
        setattr(group, f"{name}_frames", value)
    group.x_minimum, group.threshold = minimum, target
    group.probe_every, group.session_light, group.phase = probe_every, has_light, phase
    feed = group.run_regularly("x_frame = difference(t, i)", clock=clock, when="before_groups")
    monitor = StateMonitor(group, RECORDED, record=True, clock=clock, when="end")
    values = TimedArray(difference.T, dt=1 / FRAME_RATE)
    Network(group, feed, monitor).run(frames / FRAME_RATE, namespace={"difference": values})
    return {name: np.asarray(getattr(monitor, name)) for name in RECORDED}


def entries(phase, wanted):
    return np.flatnonzero((phase[1:] == wanted) & (phase[:-1] != wanted)) + 1


@pytest.fixture
def machine(numpy_runtime):
    return run_equations


def test_every_frame_agrees_with_the_rules_written_out(machine, ornstein_uhlenbeck):
    generator = np.random.default_rng(4)
    mice, frames = 8, round(6 * 60 * float(FRAME_RATE))
    difference = 0.1 * ornstein_uhlenbeck((mice, frames), 10, generator)
    target = np.array([0.15, 0.2, 0.24, 0.28, 0.24, 0.28, 0.2, 0.24])
    minimum = np.array([-0.3, -0.2, -0.1, -0.25, 0.0, -0.3, 0.05, -0.2])
    probe_every, light = np.array([0, 1, 2, 3, 4, 4, 5, 0]), np.array([0, 1, 1, 0, 1, 0, 1, 1])
    recorded = machine(difference, minimum, target, probe_every, light)

    for mouse in range(mice):
        oracle = Oracle(minimum[mouse], target[mouse], int(probe_every[mouse]), bool(light[mouse]))
        expected = np.array([oracle.frame(value) for value in difference[mouse]], dtype=float).T
        for name, values in zip(RECORDED, expected, strict=True):
            # x and the angle, whose steps are 1/6 apart, to rounding: numbers of order 1, a few operations.
            tolerance = 1e-12 if name in ("x", "cursor") else 0
            np.testing.assert_allclose(
                recorded[name][mouse], values, rtol=0, atol=tolerance, err_msg=f"{name} of mouse {mouse}"
            )

    outcomes = [entries(recorded["phase"].ravel(), outcome).size for outcome in (FREEZE, TIME_OUT)]
    assert min(outcomes) > 25, f"hits and misses: {outcomes}"
    assert set(np.unique((90 * recorded["cursor"]).round())) == {0, 15, 30, 45, 60, 75, 90}


def test_hit_and_miss_take_the_published_times(machine):
    # Mouse 0 is always at the target, mouse 1 never, mouse 2 only in the last frame of its first trial.
    frames = 600
    difference = np.zeros((3, frames))
    difference[0] = 1
    last = FRAMES["grey"] - 1 + FRAMES["trial"]
    difference[2, last] = 3
    phase = machine(difference, 0.0, 0.9, 0, 0)["phase"]

    grey, hold, freeze, black = 8, 15, 31, 15  # 0.5 s, the first 15 frames, 2 s and 1 s at 15.46 Hz
    cycle = [GREY] * grey + [TRIAL] * (hold + 1) + [FREEZE] * freeze + [BLACK] * black
    # A phase is recorded after the frame's update, so the first grey shows one frame less.
    np.testing.assert_array_equal(phase[0], np.resize(cycle, frames + 1)[1:])

    trial, time_out = 433, 46  # 28 s and 3 s
    once = [GREY] * grey + [TRIAL] * trial + [TIME_OUT] * time_out
    np.testing.assert_array_equal(phase[1], np.resize(once, frames + 1)[1:])

    assert phase[2, last] == FREEZE and entries(phase[2], FREEZE)[0] == last


def test_in_the_baseline_there_are_no_trials(machine):
    recorded = machine(np.full((1, 400), 2.0), 0.0, 1.0, 1, 1, phase=BASELINE)
    for name, value in {"phase": BASELINE, "trial": 0, "engaged": 0, "closed_loop": 0, "light": 1}.items():
        assert np.all(recorded[name] == value), name
