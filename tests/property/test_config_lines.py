"""The line that an error names is the line on which the key stands."""

from hypothesis import given
from hypothesis import strategies as st

from middleware.config.lines import key_lines, line_of

NAMES = st.sampled_from(["a", "b", '"c.d"', "e-f"])
VALUES = st.sampled_from(
    ["1", '"x"', '"""two\nlines"""', "[\n 1,\n 2, # why\n]", "{ x = 1 }", "'#'", "'''\n[no]\n'''"]
)
BETWEEN = st.sampled_from(["", "# [not.a.table]\n", "\n", "   \n"])


@given(
    st.lists(st.tuples(NAMES, st.dictionaries(NAMES, VALUES), BETWEEN), unique_by=lambda t: t[0])
)
def test_every_key_is_found_on_its_line(
    tables: list[tuple[str, dict[str, str], str]],
) -> None:
    text = ""
    expected = {}
    for table, keys, between in tables:
        text += f"{between}[{table}]\n"
        for key, value in keys.items():
            line = text.count("\n") + 1
            expected[(table.strip('"'), key.strip('"'))] = line
            text += f"{key} = {value}\n"
    lines = key_lines(text)
    assert {path: lines[path] for path in expected} == expected


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5))
def test_rows_of_a_table_array_are_told_apart(gaps: list[int]) -> None:
    text = "".join("\n" * gap + "[[a.b]]\nc.d = 1\n[a.b.e]\nf = 2\n" for gap in gaps)
    lines = key_lines(text)
    of_c = [n for n, line in enumerate(text.split("\n"), 1) if line.startswith("c.d")]
    assert [lines[("a", "b", row, "c", "d")] for row in range(len(gaps))] == of_c
    assert [lines[("a", "b", row, "e", "f")] - 2 for row in range(len(gaps))] == of_c
    assert line_of(("a", "b", 0, "missing"), lines) == lines[("a", "b", 0)]
