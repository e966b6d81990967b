import pytest

from apical.networks.errors import UserError
from apical.networks.sweep.design import load_design
from apical.networks.training.config import Config, load_config
from apical.scripts.options import option, parameters_of


def test_values_are_read_with_their_unit_and_one_per_mouse():
    assert parameters_of(["eta=0.1pA", " g_gaba = 1 nS, 2 nS ", "error_gain=0.3"]) == {
        "eta": "0.1pA",
        "g_gaba": ["1 nS", "2 nS"],
        "error_gain": "0.3",
    }
    config = load_config(None, mice=2, parameters=parameters_of(["g_gaba=1nS,2nS"]))
    assert config.given("g_gaba").tolist() == [1e-9, 2e-9]
    assert parameters_of(None) == {}


@pytest.mark.parametrize("setting", ["eta", "eta=", "=1 pA"])
def test_what_is_no_setting_is_refused_with_an_example(setting):
    with pytest.raises(UserError, match=r"write it like eta=0\.1pA"):
        parameters_of([setting])


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("etta=1pA", "parameters: unknown parameter 'etta'; did you mean 'eta'?"),
        ("eta=1mV", "parameters: eta is a quantity in amp"),
        ("eta=-1pA", "parameters: eta must lie between"),
        ("eta=1pA,2pA,3pA", "parameters: eta has 3 values for 6 mice"),
        ("eta=1 parsec", "parameters: unknown unit 'parsec'"),
    ],
)
def test_wrong_settings_are_one_line(apical, tmp_path, setting, message):
    code, _, errors = apical("train", "--set", setting, "--out", tmp_path / "run")
    assert code == 1
    assert errors.startswith(f"apical: {message}") and "\n" not in errors
    assert not (tmp_path / "run").exists()


def test_a_parameter_cannot_be_set_twice():
    with pytest.raises(UserError, match="eta is set twice"):
        parameters_of(["eta=1pA", "eta=2pA"])


def test_settings_change_single_parameters_of_a_file(tmp_path):
    (tmp_path / "run.toml").write_text('mice = 2\n[parameters]\neta = "0.2 pA"\ng_gaba = "1 nS"\n')
    config = load_config(tmp_path / "run.toml", {"parameters": {"i_opto": "5 pA"}}, parameters={"eta": "0.1pA"})
    assert config.parameters == {"i_opto": "5 pA", "eta": "0.1pA", "g_gaba": "1 nS"}
    (tmp_path / "sweep.toml").write_text(
        '[axes]\ni_opto = ["0 pA", "1 pA"]\n[parameters]\neta = "0.2 pA"\ng_gaba = "1 nS"\n'
    )
    design = load_design(tmp_path / "sweep.toml", parameters={"eta": "0.1pA"})
    assert design.settings.parameters == {"eta": "0.1pA", "g_gaba": "1 nS"}


def test_settings_of_an_axis_are_refused(tmp_path):
    (tmp_path / "sweep.toml").write_text('[axes]\neta = ["1 pA", "2 pA"]\n')
    with pytest.raises(UserError, match="eta"):
        load_design(tmp_path / "sweep.toml", parameters={"eta": "0.1pA"})


@pytest.mark.parametrize("field", sorted(Config.model_fields))
def test_each_field_of_the_configuration_says_what_it_is(field):
    described = Config.model_fields[field].description
    assert described.endswith(".") and described in option(field).help
