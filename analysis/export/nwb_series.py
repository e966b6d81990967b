"""Series of an NWB file: all that is sampled regularly."""

import numpy as np

from apical.analysis.export.recording import SIMULATED, Recording
from apical.networks.recorded import VOLTAGE_RATE
from apical.networks.training.protocols import RATE

INDICATOR = "jGCaMP7f (model)"


def behavior(file, r: Recording) -> None:
    """Add readout, angle, teaching signal and threshold to an `NWBFile`."""
    from pynwb import TimeSeries
    from pynwb.behavior import BehavioralTimeSeries

    series = BehavioralTimeSeries(name="BehavioralTimeSeries")
    units = {"x": "dF/F0", "angle": "degrees", "teaching": "a.u."}
    for name, unit in units.items():
        if r.has(name):
            data, meaning = _compressed(r.values(name)), r.meaning(name)
            series.add_timeseries(
                TimeSeries(name=name, data=data, unit=unit, rate=RATE, starting_time=0.0, description=meaning)
            )
    last = float(r.data.time[-1])
    for name in ("threshold", "x_minimum"):
        value = float(r.values(name))
        meaning = f"{r.meaning(name)}; constant, at the first and last frame"
        constant = dict(data=[value, value], timestamps=[0.0, last])
        series.add_timeseries(TimeSeries(name=name, unit="dF/F0", description=meaning, **constant))
    file.create_processing_module("behavior", "The interface as the mouse meets it, per imaging frame.").add(series)


def imaging(file, r: Recording) -> None:
    """Add the fluorescence of all cells, soma and apical dendrite, to an `NWBFile`."""
    from pynwb.ophys import Fluorescence, ImageSegmentation, OpticalChannel, RoiResponseSeries

    device = file.create_device(
        name="model", description="Fluorescence is computed from the model's calcium, no optics."
    )
    segmentation, fluorescence = ImageSegmentation(), Fluorescence()
    module = file.create_processing_module("ophys", f"Fluorescence of soma and apical dendrite. {SIMULATED}")
    module.add(segmentation)
    module.add(fluorescence)
    for compartment in ("soma", "apical"):
        name = f"fluorescence_{compartment}"
        plane = file.create_imaging_plane(
            name=f"plane_{compartment}",
            optical_channel=OpticalChannel(name="green", description=INDICATOR, emission_lambda=np.nan),
            description=f"All cells of the model, {compartment}; no wavelengths, for there are no optics.",
            device=device,
            excitation_lambda=np.nan,
            imaging_rate=RATE,
            indicator=INDICATOR,
            location="RSP",
        )
        cells = segmentation.create_plane_segmentation(
            name=f"cells_{compartment}",
            description="One region per cell; row i is row i of the units table. Cells have no place in the model: "
            "pixel (i, 0) stands for cell i, because NWB asks for one.",
            imaging_plane=plane,
        )
        cells.add_column("role", "P+, P- or P0")
        for cell, role in enumerate(r.roles):
            cells.add_roi(id=cell, pixel_mask=[(cell, 0, 1.0)], role=role)
        rois = cells.create_roi_table_region(region=list(range(r.roles.size)), description="all cells")
        fluorescence.add_roi_response_series(
            RoiResponseSeries(
                name=name,
                data=_compressed(r.values(name).T),
                rois=rois,
                unit="F/F_rest",
                rate=RATE,
                starting_time=0.0,
                description=f"{r.meaning(name)}, shot noise included; dF/F is not stored",
            )
        )


def voltages(file, r: Recording) -> None:
    """Add the potentials of the BCI cells to an `NWBFile`."""
    from pynwb import TimeSeries

    rows = ", ".join(map(str, r.data.bci_cell.values))
    for name in ("v_soma", "v_apical"):
        file.add_acquisition(
            TimeSeries(
                name=name,
                data=_compressed(r.values(name).T),
                unit="volts",
                rate=VOLTAGE_RATE,
                starting_time=0.0,
                description=f"{r.meaning(name)}; columns are these rows of the units table: {rows}",
            )
        )


def _compressed(values: np.ndarray):
    from pynwb import H5DataIO

    return H5DataIO(np.ascontiguousarray(values), compression="gzip", shuffle=True)
