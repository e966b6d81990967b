import pytest

from apical.models.cells import CELLS
from apical.networks.errors import UserError
from apical.networks.training.config import Config, load_config, parameters_of, values_of


@pytest.fixture
def refused():
    """The message of the error that the options are refused with; it must be a single line."""

    def message(path=None, **options):
        with pytest.raises(UserError) as caught:
            load_config(path, **options)
        text = str(caught.value)
        assert text and "\n" not in text
        return text

    return message


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"condition": "ndnf_optto"}, ["condition", "did you mean ndnf_opto", "light_only"]),
        ({"condition": "xyz"}, ["unknown condition 'xyz'", "known: control, "]),
        ({"protocol": "shrt"}, ["protocol", "did you mean short"]),
        ({"feedback": "learnt"}, ["feedback", "'aligned', 'learned' or 'random'"]),
        ({"device": "gpu"}, ["device", "cpp_standalone"]),
        ({"mice": 0}, ["mice", "greater than or equal to 1"]),
        ({"mice": 2.5}, ["mice", "integer"]),
        ({"mice": "many"}, ["mice", "integer"]),
        ({"days": -1}, ["days", "greater than or equal to 1"]),
        ({"cells": 9}, ["cells", "10 neurons of the readout are more than the 9 cells"]),
        ({"first_mouse": -1}, ["first_mouse", "greater than or equal to 0"]),
        ({"seed": 2**31}, ["seed", "less than"]),
        ({"threads": 0}, ["threads", "greater than or equal to 1"]),
        ({"parameters": {"i_bias_som": "1 pA"}}, ["unknown parameter", "did you mean 'i_bias_soma'"]),
        ({"parameters": {"i_bias_soma": "1 mV"}}, ["i_bias_soma", "quantity in amp", "100. pA"]),
        ({"parameters": {"i_bias_soma": 100}}, ["i_bias_soma", "quantity in amp"]),
        ({"parameters": {"i_bias_soma": "1 pX"}}, ["unknown unit 'pX'"]),
        ({"parameters": {"i_bias_soma": "much"}}, ["'much' is no number with unit", "250 pA"]),
        ({"parameters": {"tau_soma": "0 ms"}}, ["tau_soma must lie between 2. ms and inf"]),
        ({"parameters": {"photons": float("nan")}}, ["photons must lie between"]),
        ({"mice": 3, "parameters": {"eta": ["1 pA", "2 pA"]}}, ["eta has 2 values for 3 mice"]),
        ({"mice": 2, "parameters": {"eta": ["1 pA", "-1 pA"]}}, ["eta must lie between"]),
        ({"mise": 3}, ["mise", "did you mean mice"]),
    ],
)
def test_a_wrong_option_is_refused_in_one_line_with_the_mend(refused, options, parts):
    message = refused(**options)
    for part in parts:
        assert part in message


def test_an_unknown_key_in_a_file_is_named_with_the_nearest(refused, tmp_path):
    path = tmp_path / "run.toml"
    path.write_text("mice = 2\nconditoin = 'control'\n")
    message = refused(path)
    assert "conditoin" in message and "did you mean condition" in message


def test_files_that_cannot_be_used_are_named(refused, tmp_path):
    missing, folder = tmp_path / "missing.toml", tmp_path / "folder"
    folder.mkdir()
    broken, binary = tmp_path / "broken.toml", tmp_path / "binary.toml"
    broken.write_text("mice = \n")
    binary.write_bytes(b"\xff\xfe\x00")
    assert f"cannot read {missing}" in refused(missing)
    assert f"cannot read {folder}" in refused(folder)
    for path in (broken, binary):
        assert f"{path} is no valid TOML" in refused(path)


def test_options_override_the_file_and_the_file_the_defaults(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text("mice = 2\ndays = 3\n[parameters]\ni_bias_soma = ['90 pA', '110 pA']\nphotons = 500\n")
    config = load_config(path, days=5)
    assert (config.mice, config.days, config.cells) == (2, 5, Config().cells)
    assert config.given("i_bias_soma") == pytest.approx([90e-12, 110e-12])
    assert config.given("photons") == 500
    assert load_config() == Config()


def test_a_configuration_survives_being_written_and_read():
    config = Config(mice=2, condition="scalar", parameters={"eta": ["0.1 pA", "0.2 pA"], "photons": 300.0})
    assert Config(**config.model_dump()) == config


@pytest.mark.parametrize("cell", CELLS.values(), ids=str)
def test_every_parameter_may_be_given_by_its_default(cell):
    known = parameters_of(cell=cell)
    for name, parameter in known.items():
        assert values_of(name, str(parameter.value), known) == pytest.approx(float(parameter.value), rel=1e-12)
