"""NetworkDisplay: neurons, and lines that are the model's own weights."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest

from sknn import NetworkDisplay, SimpleMLPClassifier


def texts_of(display):
    return [text.get_text() for text in display.ax_.texts]


def weights_drawn(lines, shape):
    """Return the weights as a matrix, found from where the lines begin and end."""
    weights = np.full(shape, np.nan)
    segments = np.array(lines.get_segments())  # (n_lines, 2 ends, 2 coordinates)
    # The first neuron is the highest.
    _, i = np.unique(-segments[:, 0, 1], return_inverse=True)
    _, j = np.unique(-segments[:, 1, 1], return_inverse=True)
    weights[i, j] = lines.get_array()
    return weights


def test_lines_are_the_weights_between_the_neurons(lectures):
    display = NetworkDisplay.from_estimator(lectures, max_neurons=64)
    for lines, weight in zip(display.lines_, lectures.coefs_, strict=True):
        np.testing.assert_array_equal(weights_drawn(lines, weight.shape), weight)
    assert [len(neurons.get_paths()) for neurons in display.neurons_] == [64, 16, 16, 10]
    assert "⋮" not in texts_of(display)
    assert display.figure_ is display.ax_.figure


def test_of_a_tall_layer_the_first_and_the_last_neurons_are_shown(lectures):
    display = NetworkDisplay.from_estimator(lectures)
    shown = [*range(8), *range(56, 64)]
    expected = lectures.coefs_[0][shown]
    np.testing.assert_array_equal(weights_drawn(display.lines_[0], (16, 16)), expected)
    texts = texts_of(display)
    assert texts.count("⋮") == 1
    assert texts[0] == "inputs\n64"
    assert texts[-10:] == [str(digit) for digit in range(10)]


def test_the_network_of_the_lectures():
    sizes = [784, 16, 16, 10]
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) for shape in itertools.pairwise(sizes)]
    display = NetworkDisplay(weights).plot()
    assert [lines.get_array().size for lines in display.lines_] == [256, 256, 160]
    assert [text.split("\n")[1] for text in texts_of(display) if "\n" in text] == [
        "784",
        "16",
        "16",
        "10",
    ]


def test_positive_weights_are_blue_and_strong_ones_wide(lectures):
    display = NetworkDisplay.from_estimator(lectures)
    for lines in display.lines_:
        values = np.asarray(lines.get_array())
        low, high = lines.get_clim()
        assert -low == high == np.abs(values).max()
        assert (np.diff(np.abs(values)) >= 0).all()  # the strongest are drawn last
        assert (np.diff(lines.get_linewidths()) >= 0).all()
        strong = np.abs(values) > high / 4
        colors = lines.to_rgba(values)[strong]
        np.testing.assert_array_equal(colors[:, 2] > colors[:, 0], values[strong] > 0)
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["positive weight", "negative weight"]


def test_neurons_lie_within_the_axes_and_apart(lectures):
    display = NetworkDisplay.from_estimator(lectures, max_neurons=7)
    (left, right), (bottom, top) = display.ax_.get_xlim(), display.ax_.get_ylim()
    for neurons in display.neurons_:
        boxes = [path.get_extents() for path in neurons.get_paths()]
        assert len(boxes) == 7
        assert all(left < box.x0 and box.x1 < right for box in boxes)
        assert all(bottom < box.y0 and box.y1 < top for box in boxes)
        assert all(a.y0 > b.y1 for a, b in itertools.pairwise(boxes))


def test_a_member_of_the_default_model(default):
    display = NetworkDisplay.from_estimator(default, member=5, max_neurons=64)
    first, *others = default.network_.dense_layers()
    expected = (first.scale[5][:, np.newaxis] * first.weight[5])[:64]
    np.testing.assert_array_equal(weights_drawn(display.lines_[0], (64, 64)), expected)
    for lines, layer in zip(display.lines_[1:], others, strict=True):
        expected = layer.weight[5]
        np.testing.assert_array_equal(weights_drawn(lines, expected.shape), expected)
    with pytest.raises(ValueError, match=r"member=8 .* n_members=8"):
        NetworkDisplay.from_estimator(default, member=8)


def test_named_features_and_classes_stand_at_both_ends(wine, wines):
    texts = texts_of(NetworkDisplay.from_estimator(wine))
    assert texts[-16:-3] == list(wines[0].columns)
    assert texts[-3:] == ["Barbera", "Barolo", "Grignolino"]


def test_no_hidden_layer_and_two_classes_on_given_axes(two_classes):
    X, y = two_classes
    model = SimpleMLPClassifier((), scaling=None, max_iter=2, random_state=0).fit(X, y)
    _, ax = plt.subplots()
    display = NetworkDisplay.from_estimator(model, ax=ax, alpha=0.5)
    assert display.ax_ is ax
    assert len(display.lines_) == 1
    assert display.lines_[0].get_alpha() == 0.5
    assert texts_of(display)[-1] == "1"  # the class that the neuron speaks for
