"""The script that checkout is measured against does the same work: it leaves the same rows by as many statements."""

from benchmarks.bench_checkout import compare, make_samples


def test_both_sides_leave_the_same_rows_by_as_many_statements(capsys):
    compare(make_samples(), orders=2)
    library, hand, rows = capsys.readouterr().out.splitlines()
    assert library.removeprefix("minishop: ") == hand.removeprefix("by hand: ")
    assert library.startswith("minishop: 3 transactions that write, ")
    assert rows.startswith("the same ")
