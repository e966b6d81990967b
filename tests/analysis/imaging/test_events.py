import numpy as np
import pytest
from scipy.io import savemat

from apical.analysis.imaging.cascade import read_cascade
from apical.analysis.imaging.events import (
    SMOOTHING,
    find_events,
    infer_rates,
    noise_level,
    rate_noise,
    smoothed,
    spike_response,
)
from apical.analysis.imaging.fluorescence import delta_f_over_f
from apical.networks.errors import UserError
from apical.networks.training.protocols import RATE

FWHM = 2 * np.sqrt(2 * np.log(2)) * SMOOTHING  # s, of one smoothed spike
HEIGHT = 1 / (np.sqrt(2 * np.pi) * SMOOTHING)  # Hz


def imaged(times, numbers, frames, noise=0.05, seed=0):
    """Fluorescence with `numbers` of spikes at `times`: the published kernel and non-linearity of jGCaMP7f."""
    t = np.arange(frames)[:, None] / RATE - np.asarray(times)
    t = np.where(t > 0, t, 0) * 1e3
    kernel = (1 - np.exp(-t / 16.2)) * (np.exp(-t / 95.3) + 0.24 * np.exp(-t / 398))
    dff = 6.84 / (1 + np.exp(-0.423 * (kernel @ np.asarray(numbers) - 5.56))) - 0.593
    return 1 + dff + np.random.default_rng(seed).normal(0, noise, frames)


def planted(frames, gap=4.0, seed=0):
    """Times some `gap` apart, at any phase of the frame, of 2 to 6 spikes."""
    generator = np.random.default_rng(seed)
    times = np.arange(2.0, frames / RATE - 2, gap)
    return times + generator.uniform(0, 1, times.size), generator.integers(2, 7, times.size)


def test_constants_are_those_of_the_indicator():
    decay, amplitude = spike_response()
    t = np.arange(0, 5000, 0.1)
    kernel = (1 - np.exp(-t / 16.2)) * (np.exp(-t / 95.3) + 0.24 * np.exp(-t / 398))
    assert decay == pytest.approx(kernel.sum() * 1e-4 / kernel.max(), rel=0.02)
    rest, peak = 6.84 / (1 + np.exp(-0.423 * (np.array([0, kernel.max()]) - 5.56)))
    assert amplitude == pytest.approx(peak - rest, rel=0.02)


def detected(fluorescence):
    dff = delta_f_over_f(fluorescence)
    return find_events(infer_rates(dff), rate_noise(dff))


def test_planted_events_are_found_at_their_time():
    times, numbers = planted(3000)
    found = detected(imaged(times, numbers, 3000)[None])
    assert len(found) == times.size
    # In the frame after the spike, or the next, when the calcium has risen.
    late = (found["time"].to_numpy() - times) * RATE
    assert -0.5 < late.min() < late.max() < 2
    assert late.mean() == pytest.approx(0.5, abs=0.25)


def test_magnitudes_follow_the_number_of_spikes():
    times, numbers = planted(6000)
    found = detected(imaged(times, numbers, 6000)[None])
    assert len(found) == times.size
    assert np.corrcoef(found["magnitude"], numbers)[0, 1] > 0.97
    # Of a smoothed spike, height x width is 0.94; the non-linearity makes a spike among others larger than one alone.
    ratio = found["magnitude"].to_numpy() / numbers
    assert 0.75 < np.median(ratio[numbers == 2]) < np.median(ratio[numbers == 6]) < 1.3


def test_single_spikes_are_found_where_noise_permits():
    times, _ = planted(6000)
    for noise, share in ((0.02, 1.0), (0.05, 0.6)):
        found = detected(imaged(times, np.ones(times.size), 6000, noise)[None])["time"].to_numpy()
        assert np.mean(np.abs(found[:, None] - times).min(0) < 0.2) >= share


@pytest.mark.parametrize("level", [0.02, 0.05, 0.2])
def test_noise_alone_has_few_events(level):
    noise = np.random.default_rng(1).normal(1, level, (20, 6000))
    assert len(detected(noise)) / (20 * 6000 / RATE / 60) < 1


def test_noise_is_estimated_in_spite_of_transients():
    times, numbers = planted(6000)
    traces = np.stack([imaged(times, numbers, 6000, noise) for noise in (0.03, 0.06, 0.12)])
    np.testing.assert_allclose(noise_level(traces), [0.03, 0.06, 0.12], rtol=0.15)


def test_noise_of_the_rate_is_that_of_the_linear_filter():
    noise = np.random.default_rng(2).normal(0, 0.05, (4, 20000))
    decay, amplitude = spike_response()
    spikes = (noise[:, 1:] - np.exp(-1 / (decay * RATE)) * noise[:, :-1]) / amplitude
    np.testing.assert_allclose(rate_noise(noise), smoothed(spikes).std(-1), rtol=0.05)


def test_the_noise_of_each_cell_is_its_threshold():
    counts = np.zeros((2, 500))
    counts[:, 250] = 1
    assert find_events(smoothed(counts), np.array([HEIGHT / 3.1, HEIGHT / 2.9]))["cell"].tolist() == [0]


def test_peaks_of_planted_rates_are_measured():
    counts = np.zeros((3, 1000))
    counts[0, [200, 600]] = 1, 4
    counts[2, 500] = 2
    found = find_events(smoothed(counts))
    assert found["cell"].tolist() == [0, 0, 2]
    np.testing.assert_allclose(found["time"], np.array([200, 600, 500]) / RATE)
    np.testing.assert_allclose(found["height"], HEIGHT * np.array([1, 4, 2]), rtol=1e-3)
    np.testing.assert_allclose(found["width"], FWHM, rtol=0.02)
    np.testing.assert_allclose(found["magnitude"], HEIGHT * FWHM * np.array([1, 4, 2]), rtol=0.02)


def test_what_rises_by_less_than_1_over_e_of_a_spike_is_noise():
    counts = np.zeros((1, 1000))
    counts[0, [200, 600]] = 0.35, 0.39
    assert find_events(smoothed(counts))["time"].tolist() == [600 / RATE]


def test_smoothing_has_a_standard_deviation_of_200_ms_and_keeps_spikes():
    counts = np.zeros(501)
    counts[250] = 1
    rate, t = smoothed(counts), (np.arange(501) - 250) / RATE
    assert rate.sum() / RATE == pytest.approx(1)
    assert np.sqrt((rate * t**2).sum() / rate.sum()) == pytest.approx(0.2, rel=0.01)


def test_nan_is_a_border():
    counts = np.zeros((1, 400))
    counts[0, [5, 200, 395]] = 1
    rates = smoothed(counts)
    rates[:, :5], rates[:, -4:] = np.nan, np.nan
    assert find_events(rates)["time"].tolist() == [200 / RATE]


def test_traces_without_information():
    dff = np.stack((np.zeros(300), np.full(300, np.nan), imaged([5.0], [5], 300)))
    rates = infer_rates(dff)
    assert (rates[0] == 0).all()
    assert np.isnan(rates[1]).all()
    assert find_events(rates)["cell"].unique().tolist() == [2]
    empty = find_events(np.empty((0, 100)))
    assert empty.empty
    assert list(empty) == ["cell", "time", "magnitude", "height", "width"]


@pytest.mark.parametrize("function", [infer_rates, find_events])
def test_dimensions_are_checked(function):
    with pytest.raises(ValueError, match="dimensions"):
        function(np.zeros(10))


@pytest.mark.parametrize("name", ["spike_prob", "spike_rates", "npy"])
def test_cascade_output_gives_the_events_of_its_rates(tmp_path, name):
    counts = np.zeros((2, 500))
    counts[1, 250] = 3
    written = smoothed(counts) / RATE
    written[:, :32], written[:, -32:] = np.nan, np.nan
    path = tmp_path / ("rates.npy" if name == "npy" else "rates.mat")
    np.save(path, written) if name == "npy" else savemat(path, {name: written})
    rates = read_cascade(path)
    np.testing.assert_allclose(rates, written * RATE, rtol=1e-6)
    np.testing.assert_allclose(read_cascade(path, per_frame=False), written, rtol=1e-6)
    found = find_events(rates)
    assert found["cell"].tolist() == [1]
    assert found["magnitude"][0] == pytest.approx(3 * HEIGHT * FWHM, rel=0.02)


def test_files_that_are_no_cascade_output(tmp_path):
    np.save(tmp_path / "flat.npy", np.zeros(10))
    np.save(tmp_path / "pickled.npy", np.array([{}], object), allow_pickle=True)
    savemat(tmp_path / "other.mat", {"x": 1})
    (tmp_path / "broken.mat").write_bytes(b"MATLAB 7.3?")
    (tmp_path / "rates.csv").write_text("1,2")
    for name in ("flat.npy", "pickled.npy", "other.mat", "broken.mat", "rates.csv", "missing.npy"):
        with pytest.raises(UserError, match=name.replace(".", r"\.")):
            read_cascade(tmp_path / name)
