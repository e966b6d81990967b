"""The brain-computer interface: readout, displayed angle and trial machine, one element per mouse.

x = mean dF/F0 over P+ minus mean over P-, averaged over three frames; 0 degrees is the minimum of x in
the baseline, 90 degrees (target) the threshold. A trial: 0.5 s grey, then up to 28 s; a hit freezes the patch
for 2 s, then 1 s black; a miss is followed by 3 s black. The first 15 frames cannot hit.
Francioni et al. 2026.
"""

from brian2 import Hz

FRAME_RATE = 15.46 * Hz  # per imaging plane, Francioni et al. 2026
STEPS = 6  # 0, 15, ... 90 degrees: seven angles

#: Phases of the trial machine.
BASELINE, GREY, TRIAL, FREEZE, BLACK, TIME_OUT = -1, 0, 1, 2, 3, 4

EQUATIONS = """
x_frame : 1                    # this frame's difference, before the running mean
x_last : 1
x_before : 1
x : 1
x_minimum : 1 (constant)       # minimum of x in the baseline: 0 degrees
threshold : 1 (constant)       # 90 degrees
rotation : 1                   # angle over 90 degrees, not yet cut into steps
cursor : 1                     # displayed angle over 90 degrees
phase : integer
frames : integer               # spent in the phase
trial : integer                # counts from 1
hit : integer
over : integer
probe : 1                      # 1 in open-loop probe trials
engaged : integer              # 1 while a patch is shown in a trial
closed_loop : 1                # 1 in trials with feedback: top-down units see the patch, synapses may change
light : 1                      # 1 while the LED is on
session_light : 1 (constant)   # 1 in sessions with light
probe_every : integer (constant)       # every n-th trial is a probe; 0: none
hold_frames : integer (shared, constant)
grey_frames : integer (shared, constant)
trial_frames : integer (shared, constant)
freeze_frames : integer (shared, constant)
black_frames : integer (shared, constant)
time_out_frames : integer (shared, constant)
duration : second (shared, constant)   # of the run
"""

#: The sum is exact in any order while it is below DFF_RANGE.
SUMMED = "x_frame_post = on_grid(readout_weight*dff_pre, dff_range) : 1 (summed)"

DFF_RANGE = 16.0

FRAME = f"""
x = (x_frame + x_last + x_before)/3
x_before = x_last
x_last = x_frame
rotation = (x - x_minimum)/(threshold - x_minimum)

frames += 1
hit = int(phase == {TRIAL})*int(frames > hold_frames)*int(rotation >= 1)
over = int(phase == {GREY})*int(frames >= grey_frames)
over += int(phase == {TRIAL})*int(frames >= trial_frames)*(1 - hit)
over += int(phase == {FREEZE})*int(frames >= freeze_frames)
over += int(phase == {BLACK})*int(frames >= black_frames)
over += int(phase == {TIME_OUT})*int(frames >= time_out_frames)
trial += over*int(phase == {GREY})
frames = frames*(1 - over)*(1 - hit)
next_phase = int(phase == {GREY})*{TRIAL} + int(phase == {TRIAL})*{TIME_OUT} + int(phase == {FREEZE})*{BLACK}
phase = (1 - over)*(1 - hit)*phase + hit*{FREEZE} + over*next_phase

cursor = clip(floor({STEPS}*rotation)/{STEPS}, 0, 1)*int(phase != {FREEZE}) + int(phase == {FREEZE})
probe = int(probe_every > 0)*int(trial % (probe_every + int(probe_every == 0)) == 0)*int(trial > 0)
engaged = int(phase == {TRIAL})
closed_loop = engaged*(1 - probe)
light = session_light*(1 - probe*engaged)
"""
