"""The lecture's network at eight stages: what the file says is so."""

import os
from pathlib import Path

import numpy as np
import pytest

from docs.watch import classic
from docs.watch.page import build
from docs.watch.train import cost_and_accuracy, read
from examples.naive_network import Network, squared_error


@pytest.mark.parametrize("stage", range(classic.N_STAGES))
def test_classifier_and_network_are_the_naive_network_of_each_stage(arrays, pixels, stage):
    weights, biases = classic.weights_and_biases(arrays, stage)
    naive = Network(weights, biases, "logistic", loss=squared_error)
    z = naive.forward(pixels)[1][-1]
    np.testing.assert_allclose(classic.network(arrays, stage).predict_raw(pixels), z, atol=1e-12)
    outputs = classic.classifier(arrays, stage).activations(pixels)[-1]
    np.testing.assert_allclose(outputs, 1 / (1 + np.exp(-z)), atol=1e-12)


def test_training_lowers_the_cost_until_over_95_percent_are_right(arrays, pixels):
    assert (np.diff(arrays["cost"]) < 0).all()
    assert arrays["accuracy"][-1] > 0.95
    assert classic.classifier(arrays).score(pixels, arrays["labels"]) > 0.9


def test_ten_digits_of_each_class_name_their_source(arrays):
    assert np.bincount(arrays["labels"]).tolist() == [10] * 10
    assert "MNIST" in str(arrays["source"])


@pytest.mark.skipif("MNIST" not in os.environ, reason="MNIST names no folder of the data set")
def test_the_figures_are_those_of_the_rounded_network(arrays):
    train, test = read(os.environ["MNIST"])
    for stage in 0, classic.N_STAGES - 1:
        figures = cost_and_accuracy(classic.classifier(arrays, stage), train, test)
        expected = arrays["cost"][stage], arrays["accuracy"][stage]
        np.testing.assert_allclose(figures, expected, atol=1e-5)


def test_the_page_is_one_small_file_that_names_no_address():
    page = build()
    assert len(page.encode()) <= 300_000
    assert "{{" not in page
    addresses = page.replace("http://www.w3.org/2000/svg", "")  # the name of a namespace
    assert "http:" not in addresses
    assert "https:" not in addresses
    for attribute in " src=", "<link", "@import", "fetch(", "XMLHttpRequest", "import(":
        assert attribute not in page


def test_one_command_builds_the_page(tmp_path, monkeypatch, capsys):
    from docs.watch.__main__ import main

    path = Path(tmp_path, "folder", "watch.html")
    monkeypatch.setattr("sys.argv", ["docs.watch", str(path)])
    main()
    assert path.read_text(encoding="utf-8") == build()
    assert f"{path.stat().st_size:,} bytes" in capsys.readouterr().out
