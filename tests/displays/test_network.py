"""NetworkDisplay: neurons, and lines that are the model's own weights."""

import io
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.special import expit

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


# ------------------------------------------------------------------ lit by a sample


def sums_of(lines, n_neurons):
    """Return the sum of the lines into each neuron, from the highest."""
    return weights_drawn(lines, (lines.get_array().size // n_neurons, n_neurons)).sum(axis=0)


def test_what_flows_into_a_neuron_sums_to_its_activation(digits):
    """`a = σ(Σ lines + ring)`, read from the picture alone."""
    model = SimpleMLPClassifier(
        (16, 16), "logistic", loss="squared_error", scaling=None, max_iter=40, random_state=0
    ).fit(*digits)
    display = NetworkDisplay.from_estimator(model, digits[0][:1], max_neurons=64)
    for lines, ring, neurons in zip(
        display.lines_, display.rings_, display.neurons_[1:], strict=True
    ):
        z = sums_of(lines, ring.get_array().size) + ring.get_array()
        np.testing.assert_allclose(neurons.get_array(), expit(z), atol=1e-6)


def test_lit_neurons_are_the_activations_from_black_to_white(lectures, digits):
    X = digits[0][:1]
    display = NetworkDisplay.from_estimator(lectures, X, max_neurons=64)
    for neurons, expected in zip(display.neurons_, lectures.activations(X), strict=True):
        np.testing.assert_allclose(neurons.get_array(), expected[0])
        assert neurons.get_clim() == (0, 1)
        np.testing.assert_array_equal(neurons.cmap([0.0, 1.0]), [[0, 0, 0, 1], [1, 1, 1, 1]])
    assert texts_of(display).count("0 to 1") == 4


def test_the_ground_is_black_in_files_with_a_transparent_background_too(lectures, digits):
    display = NetworkDisplay.from_estimator(lectures, digits[0][:1])
    file = io.BytesIO()
    display.figure_.savefig(file, transparent=True)
    file.seek(0)
    image = plt.imread(file)
    is_black = (image == [0, 0, 0, 1]).all(axis=2)
    assert is_black.mean() > 0.2
    assert (image[:, :, 3] == 0).mean() > 0.1  # around it


def test_blue_adds_red_takes_and_rings_share_the_colours_of_the_lines(lectures, digits):
    display = NetworkDisplay.from_estimator(lectures, digits[0][:1])
    for lines, ring in zip(display.lines_, display.rings_, strict=True):
        black, blue, red = lines.to_rgba([0.0, *lines.get_clim()[::-1]])
        np.testing.assert_allclose(black[:3], 0, atol=0.01)
        assert blue[2] > blue[0]
        assert red[0] > red[2]
        assert ring.get_clim() == lines.get_clim()
        assert ring.cmap == lines.cmap
        assert lines.get_clim()[1] >= np.abs(ring.get_array()).max()


def test_the_image_stands_beside_the_inputs_as_it_was_given(default, digits):
    X = digits[0][:1] * 16
    display = NetworkDisplay.from_estimator(default, X, image_shape=(8, 8), member=3)
    np.testing.assert_array_equal(display.image_.get_array(), X.reshape(8, 8))
    left, right, bottom, top = display.image_.get_extent()
    assert display.ax_.get_xlim()[0] < left
    assert right < display.neurons_[0].get_datalim(display.ax_.transData).x0
    low, high = display.ax_.get_ylim()
    assert low < bottom < top < high


def test_of_a_tall_layer_the_most_active_neurons_are_lit(default, digits):
    X = digits[0][:1]
    display = NetworkDisplay.from_estimator(default, X, member=3, max_neurons=5)
    hidden = default.activations(X)[1][3, 0]
    most_active = np.sort(np.argsort(-np.abs(hidden))[:5])
    np.testing.assert_array_equal(display.neurons_[1].get_array(), hidden[most_active])
    np.testing.assert_array_equal(
        display.rings_[0].get_array(), default.intercepts_[0][3][most_active]
    )
    assert display.neurons_[1].get_clim() == (0, max(1, hidden.max()))


def test_lit_outputs_have_their_answers_beside_them(wine, wines):
    X = wines[0][:1]
    display = NetworkDisplay.from_estimator(wine, X)
    outputs = wine.activations(X)[-1][0]
    names = ["Barbera", "Barolo", "Grignolino"]
    assert texts_of(display)[-3:] == [f"{k}  {a:.2f}" for k, a in zip(names, outputs, strict=True)]
    bold = [text.get_text() for text in display.ax_.texts if text.get_weight() == "bold"]
    assert bold == [f"Barolo  {outputs[1]:.2f}"]
    assert texts_of(display)[-16:-3] == list(wines[0].columns)


def test_two_classes_are_one_lit_output(two_classes):
    X, y = two_classes
    model = SimpleMLPClassifier((), scaling=None, max_iter=2, random_state=0).fit(X, y)
    display = NetworkDisplay.from_estimator(model, X[:1])
    assert texts_of(display)[-1] == f"1  {model.predict_proba(X[:1])[0, 1]:.2f}"


def test_arrays_without_biases_and_names():
    display = NetworkDisplay([[[2.0], [-1.0]]], activations=[[0.0, 0.0], [0.5]]).plot()
    assert display.rings_ == []
    assert display.image_ is None
    np.testing.assert_array_equal(display.lines_[0].get_array(), [0, 0])


def test_one_sample_lights_the_network(lectures, digits):
    with pytest.raises(ValueError, match="One sample can be drawn, but X has 2"):
        NetworkDisplay.from_estimator(lectures, digits[0][:2])
    with pytest.raises(ValueError, match="784 pixels, but the network has 64 inputs"):
        NetworkDisplay.from_estimator(lectures, digits[0][:1], image_shape=(28, 28))
    with pytest.raises(ValueError, match=r"image_shape=\(8, 8\) was given without X"):
        NetworkDisplay.from_estimator(lectures, image_shape=(8, 8))
