"""The benchmark's code runs; its figures are nobody's test."""

import warnings

from benchmarks.__main__ import WORKLOADS, Workload, main


def test_the_benchmark_runs_on_a_tiny_workload(capsys):
    tiny = Workload("tiny", 40, 5, (4,), 3, 10, 1)
    with warnings.catch_warnings():
        main(["--quick"], [tiny])
    assert "5-4-3  batch  10" in capsys.readouterr().out
    assert all(work.n_samples >= work.batch_size for work in WORKLOADS)
