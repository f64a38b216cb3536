"""ActivationsDisplay: layers whose brightness is that of the model's own activations."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sknn import ActivationsDisplay, SimpleMLPClassifier


def texts_of(display):
    return [text.get_text() for text in display.ax_.texts]


def centres_of(layer):
    return np.array([path.get_extents().get_points().mean(axis=0) for path in layer.get_paths()])


def test_layers_show_the_activations(lectures, digits):
    X = digits[0][:1]
    display = ActivationsDisplay.from_estimator(lectures, X)
    for layer, expected in zip(display.layers_, lectures.activations(X), strict=True):
        np.testing.assert_allclose(layer.get_array(), expected[0])
        assert layer.cmap.name == "cividis"
        low, high = layer.get_clim()
        assert low <= expected.min() <= expected.max() <= high
    assert display.layers_[-1].get_clim() == (0, 1)
    assert display.figure_ is display.ax_.figure


def test_the_inputs_can_be_an_image(lectures, digits):
    X = digits[0][:1]
    display = ActivationsDisplay.from_estimator(lectures, X, image_shape=(8, 8))
    np.testing.assert_allclose(display.layers_[0].get_array(), X.reshape(8, 8))


def test_the_image_is_raw_though_the_inputs_are_scaled(digits):
    X = digits[0][:1] * 16
    scaled = SimpleMLPClassifier((4,), scaling="standard", max_iter=1, random_state=0)
    scaled.fit(digits[0][:50] * 16, digits[1][:50])
    for given in X, sparse.csr_array(X), pd.DataFrame(X).astype("float32"):
        display = ActivationsDisplay.from_estimator(scaled, given, image_shape=(8, 8))
        np.testing.assert_array_equal(display.layers_[0].get_array(), X.reshape(8, 8))
        assert display.layers_[0].get_clim() == (0, X.max())
    assert "0 to 15" in texts_of(display)
    inputs = ActivationsDisplay.from_estimator(scaled, X).layers_[0].get_array()
    np.testing.assert_allclose(inputs, scaled.activations(X)[0][0])


def test_classes_stand_beside_the_outputs(lectures, digits):
    X = digits[0][:1]
    display = ActivationsDisplay.from_estimator(lectures, X)
    outputs = lectures.activations(X)[-1][0]
    expected = [f"{digit}  {a:.2f}" for digit, a in enumerate(outputs)]
    assert texts_of(display)[-10:] == expected
    bold = [text.get_text() for text in display.ax_.texts if text.get_weight() == "bold"]
    assert bold == [expected[outputs.argmax()]]
    heights = [text.get_position()[1] for text in display.ax_.texts[-10:]]
    np.testing.assert_allclose(heights, centres_of(display.layers_[-1])[:, 1])


def test_named_features_stand_beside_the_inputs(wine, wines):
    X = wines[0][:1]
    display = ActivationsDisplay.from_estimator(wine, X)
    texts = texts_of(display)
    assert set(wines[0].columns) <= set(texts)
    assert texts[0] == "inputs\n13"
    assert any(text.startswith("Barolo") for text in texts)


def test_a_tall_layer_has_several_columns_within_the_axes(default, digits):
    display = ActivationsDisplay.from_estimator(default, digits[0][:1], member=2)
    hidden = default.activations(digits[0][:1])[1]
    np.testing.assert_allclose(display.layers_[1].get_array(), hidden[2, 0])
    centres = centres_of(display.layers_[1])
    assert len(np.unique(centres.round(6), axis=0)) == 64
    assert len(np.unique(centres[:, 0].round(6))) == 4
    bottom, top = display.ax_.get_ylim()
    assert top < centres[:, 1].min()
    assert centres[:, 1].max() < bottom


def test_two_classes_are_one_output(two_classes):
    X, y = two_classes
    model = SimpleMLPClassifier((4,), max_iter=2, random_state=0).fit(X, np.array(["no", "yes"])[y])
    display = ActivationsDisplay.from_estimator(model, X[:1])
    assert texts_of(display)[-1] == f"yes  {model.predict_proba(X[:1])[0, 1]:.2f}"


def test_of_many_outputs_the_most_active_one_has_a_name():
    outputs = np.linspace(0, 0.5, 30)
    names = [f"class {k}" for k in range(30)]
    display = ActivationsDisplay([[1.0, -1.0], outputs], class_names=names).plot()
    assert [text for text in texts_of(display) if "class" in text] == ["class 29  0.50"]
    assert "−1 to 1" in texts_of(display)


def test_neurons_that_are_silent_are_dark():
    display = ActivationsDisplay([[1.0], [0.0, 0.0], [1.0]]).plot(plt.subplots()[1], cmap="gray")
    assert display.layers_[1].get_clim() == (0, 1)
    assert display.layers_[1].cmap.name == "gray"


def test_one_sample_is_asked_for(lectures, digits):
    with pytest.raises(ValueError, match="One sample can be drawn, but X has 2"):
        ActivationsDisplay.from_estimator(lectures, digits[0][:2])
    with pytest.raises(ValueError, match="784 pixels, but the network has 64 inputs"):
        ActivationsDisplay.from_estimator(lectures, digits[0][:1], image_shape=(28, 28))
    with pytest.raises(ValueError, match="member=8"):
        ActivationsDisplay.from_estimator(lectures, digits[0][:1], member=8)
