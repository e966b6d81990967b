import pytest

from apical.networks.training.config import Config


def test_all_parameters_are_listed_with_value_and_source(apical):
    code, text, _ = apical("parameters")
    assert code == 0
    for group, table in Config().tables.items():
        assert f"\n{group}" in f"\n{text}"
        assert all(name in text for name in table)
    assert "model: learning takes days" in text


def test_one_parameter_is_shown_in_full(apical):
    _, text, _ = apical("parameters", "g_gaba")
    rows = dict(line.split(maxsplit=1) for line in text.splitlines()[1:])
    assert rows["value"].strip() == "2 nS" and rows["range"].strip() == "at least 0 S"
    assert rows["meaning"].strip() == "apical conductance per unit of GABA"
    assert rows["group"].strip() == "pyramidal"


def test_parameters_are_those_of_the_chosen_cell(apical):
    assert "gmax_" not in apical("parameters")[1]
    assert "gmax_" in apical("parameters", "--pyramidal", "conductance")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["etta"], "unknown parameter 'etta'; did you mean 'eta'?"),
        (["--pyramidal", "conductanse"], "pyramidal: unknown cell 'conductanse'; did you mean conductance?"),
    ],
)
def test_unknown_names_are_one_line_with_the_nearest(apical, arguments, message):
    code, _, errors = apical("parameters", *arguments)
    assert code == 1 and errors.startswith(f"apical: {message}") and "\n" not in errors
