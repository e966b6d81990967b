"""Protocols: the published schedule, and a short one for a first look and for tests."""

from dataclasses import dataclass

from apical.equations.task import FRAME_RATE

RATE = float(FRAME_RATE)


@dataclass(frozen=True)
class Protocol:
    """Times of a day in seconds, and the published rules of the task (Francioni et al. 2026)."""

    baseline: float = 13 * 60  # passive recording that calibrates the day
    closed_loop: float = 41.26 * 60
    trial: float = 28.0  # time to reach the target
    grey: float = 0.5
    freeze: float = 2.0  # the patch stays at the target after a hit
    black: float = 1.0  # after the freeze
    time_out: float = 3.0  # after a miss
    hold_frames: int = 15  # at the start of a trial, cannot hit
    f0_window: float = 30.0  # of the running 10th percentile
    pseudo_trials: int = 200
    pseudo_trial_frames: int = 435  # 28.1 s
    threshold_step: float = 0.005  # dF/F
    warm_up: float = 3.0  # from rest to the steady state, before the first trial
    probe_every: int = 0  # every n-th trial open loop: no feedback, no light, no plasticity; 0: none
    learning_rate_scale: float = 1.0  # of eta and the alignment rate: days of other length learn alike

    @property
    def baseline_run(self) -> float:
        """Seconds of the baseline with its warm-up."""
        return self.warm_up + self.baseline

    @property
    def closed_loop_run(self) -> float:
        """Seconds of the closed loop with its warm-up."""
        return self.warm_up + self.closed_loop

    @property
    def day(self) -> float:
        """Seconds that are simulated of a day."""
        return self.baseline_run + self.closed_loop_run

    def frames(self, seconds: float) -> int:
        """Seconds as a whole number of imaging frames."""
        return round(seconds * RATE)


PROTOCOLS: dict[str, Protocol] = {
    "full": Protocol(),
    # Against full: shorter baseline and closed loop; eta, forgetting and alignment faster by the ratio of the latter.
    "short": Protocol(baseline=7 * 60, closed_loop=7 * 60, learning_rate_scale=41.26 / 7),
}
