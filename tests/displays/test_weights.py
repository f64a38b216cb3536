"""WeightsDisplay: images and bars that are the model's own weights."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from sknn import SimpleMLPClassifier, WeightsDisplay


def names_in(display):
    return [label.get_text() for label in display.ax_.get_yticklabels()]


def test_images_are_the_columns_of_the_weights(lectures):
    display = WeightsDisplay.from_estimator(lectures, image_shape=(8, 8))
    for image, column in zip(display.images_, lectures.coefs_[0].T, strict=True):
        np.testing.assert_array_equal(image.get_array(), column.reshape(8, 8))
    assert display.bars_ == []
    assert display.figure_ is display.ax_.figure
    assert [text.get_text() for text in display.ax_.texts] == [str(k) for k in range(16)]


def test_images_have_one_scale_with_zero_in_its_middle(lectures):
    display = WeightsDisplay.from_estimator(lectures, image_shape=(8, 8))
    limit = np.abs(lectures.coefs_[0]).max()
    assert {image.get_clim() for image in display.images_} == {(-limit, limit)}
    red, white, blue = display.images_[0].cmap([0.0, 0.5, 1.0])[:, :3]
    assert red.argmax() == 0
    assert blue.argmax() == 2
    assert white.min() > 0.95


def test_images_do_not_overlap_and_lie_within_the_axes(lectures):
    display = WeightsDisplay.from_estimator(lectures, image_shape=(8, 8))
    extents = np.array([image.get_extent() for image in display.images_])
    assert len(np.unique(extents, axis=0)) == 16
    left, right = display.ax_.get_xlim()
    bottom, top = display.ax_.get_ylim()
    assert left < extents[:, 0].min()
    assert extents[:, 1].max() < right
    assert top < extents[:, 3].min()
    assert extents[:, 2].max() < bottom
    for k, (x0, x1, y1, y0) in enumerate(extents):
        for u0, u1, v1, v0 in extents[:k]:
            assert x1 <= u0 or u1 <= x0 or y1 <= v0 or v1 <= y0


def test_bars_have_the_lengths_and_signs_of_the_weights(wine, wines):
    display = WeightsDisplay.from_estimator(wine)
    layer = wine.network_.dense_layers()[0]
    # 13 numbers, before the functions of their embedding
    weights = (layer.scale[:, np.newaxis] * layer.weight)[:13]
    assert names_in(display) == list(wines[0].columns)
    assert display.images_ == []
    lengths = np.array([[bar.get_width() for bar in bars] for bars in display.bars_]).T
    expected = weights / np.abs(weights).max()
    np.testing.assert_allclose(lengths / np.abs(lengths).max(), expected, atol=1e-5)
    assert np.abs(lengths).max() < 0.5  # bars of neighbours do not meet
    for bars in display.bars_:
        for bar in bars:
            red, _, blue, _ = bar.get_facecolor()
            assert (red > blue) == (bar.get_width() < 0)


def test_the_largest_weights_are_shown_in_the_order_of_the_inputs(wine, wines):
    display = WeightsDisplay.from_estimator(wine, max_inputs=4)
    layer = wine.network_.dense_layers()[0]
    size = np.abs(layer.scale[:, np.newaxis] * layer.weight)[:13].max(axis=1)
    assert names_in(display) == list(wines[0].columns[np.sort(np.argsort(size)[-4:])])
    assert display.ax_.get_xlabel() == "neuron (4 of 13 inputs)"


def test_one_neuron_can_be_chosen_and_drawn_on_given_axes(lectures):
    _, ax = plt.subplots()
    display = WeightsDisplay.from_estimator(
        lectures, image_shape=(8, 8), neurons=[3], ax=ax, cmap="gray"
    )
    assert display.ax_ is ax
    (image,) = display.images_
    assert image.cmap.name == "gray"
    np.testing.assert_array_equal(image.get_array().ravel(), lectures.coefs_[0][:, 3])
    assert ax.texts[0].get_text() == "3"


def test_of_a_wide_layer_the_first_neurons_of_one_member_are_shown(default):
    display = WeightsDisplay.from_estimator(default, image_shape=(8, 8), member=3)
    assert len(display.images_) == 16
    layer = default.network_.dense_layers()[0]
    expected = layer.scale[3, :64] * layer.weight[3, :64, 5]
    np.testing.assert_array_equal(display.images_[5].get_array().ravel(), expected)


def test_categories_have_names(wines):
    table = pd.DataFrame(
        {"port": list("SCQS") * 10, "age": range(40), "sex": ["f", "m"] * 20, "none": [None] * 40}
    ).astype({"none": "category"})
    model = SimpleMLPClassifier((3,), max_iter=2, random_state=0).fit(table, list("aabb") * 10)
    names = ["age", "port=C", "port=Q", "port=S", "sex=m", "none"]
    assert names_in(WeightsDisplay.from_estimator(model)) == names


def test_features_without_names_have_numbers(lectures):
    display = WeightsDisplay.from_estimator(lectures, max_inputs=64)
    assert names_in(display) == [f"x{j}" for j in range(64)]
    assert names_in(WeightsDisplay([[1.0], [0.0]]).plot()) == ["x0", "x1"]


def test_weights_of_zero_are_drawn():
    display = WeightsDisplay(np.zeros((4, 2)), image_shape=(2, 2)).plot()
    assert display.images_[0].get_clim() == (-1, 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"member": 1}, r"member=1 .* n_members=1"),
        ({"member": -1}, r"member=-1"),
        ({"neurons": [2, 16]}, r"neurons must be from 0 to 15; got \[2, 16\]"),
        ({"image_shape": (28, 28)}, r"784 pixels, but the network has 64 inputs"),
    ],
)
def test_what_is_not_there_is_refused(lectures, settings, message):
    with pytest.raises(ValueError, match=message):
        WeightsDisplay.from_estimator(lectures, **settings)


def test_the_legend_colours_are_those_of_the_colormap():
    from sknn.displays.drawing import NEGATIVE_COLOR, POSITIVE_COLOR, WEIGHT_COLORMAP

    colormap = plt.get_cmap(WEIGHT_COLORMAP)
    for color, place in (NEGATIVE_COLOR, 0.1), (POSITIVE_COLOR, 0.9):
        np.testing.assert_allclose(to_rgb(color), colormap(place)[:3], atol=0.02)
