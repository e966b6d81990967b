"""Top-down units: what the feedback to layer 1 says about the task.

Two units per mouse see the displayed patch: one its distance from the target, one its progress towards it (a
rectified high-pass of the cursor, which runs on between trials). The teaching signal is their weighted sum; each
dendrite receives it with its own signed weight.

Why this mixture: a symmetric derivative averages to nothing over a trial, so it cannot move the mean of a cell's
plateaus, and the burst rule does not learn from it. Rectified progress has a mean, as has the error. In probe trials
the error alone teaches most, progress alone hardly more than no teaching, the mixture nearly as much as the error:
here the level is what teaches. The experiment reports a derivative and no level, hence the small error gain beside it.
"""

from brian2 import ms

from apical.equations.parameters import Parameter, Table

PARAMETERS: Table = {
    "error_gain": Parameter(0.3, "weight of the error unit", "model: see above"),
    "progress_gain": Parameter(2.0, "weight of the progress unit", "model: see above"),
    "tau_progress": Parameter(500 * ms, "high-pass of the angle", "model: some indicator decays", low=70 * ms),
    "tau_top_down": Parameter(
        150 * ms, "visual and top-down delay", "model: visual latency in the cortex", low=70 * ms
    ),
}

#: Per mouse, on the clock of the frames; `cursor` is the displayed angle over 90 degrees.
EQUATIONS = """
cursor_slow : 1
error : 1
progress : 1
teaching : 1
"""

FRAME = """
cursor_slow += (cursor - cursor_slow)*frame_interval/tau_progress
error += (closed_loop*(1 - cursor) - error)*frame_interval/tau_top_down
progress += (closed_loop*clip(cursor - cursor_slow, 0, 1) - progress)*frame_interval/tau_top_down
teaching = error_gain*error + progress_gain*progress
"""
