"""The page computes what the package computes."""

import os

import numpy as np
import pytest

from docs.watch import classic
from docs.watch.train import read
from sknn.network.losses import SquaredError
from sknn.network.objective import Objective
from tests.watch.recipe import pixels_of
from tests.watch.tracing import strokes_of

STAGES = range(classic.N_STAGES)

STROKES = {
    "nothing": [],
    "a dot": [[[0.2, 0.9]]],
    "two equal points": [[[0.4, 0.4], [0.4, 0.4]]],
    "a small level line": [[[0.1, 0.1], [0.2, 0.1]]],
    "a one": [[[0.5, 0.1], [0.45, 0.9]]],
    "a seven, high": [[[0.3, 0.05], [0.7, 0.06], [0.5, 0.4]]],
    "a four": [[[0.35, 0.2], [0.3, 0.5], [0.7, 0.52]], [[0.6, 0.15], [0.62, 0.85]]],
    "a wide eight": [
        [[0.5 + 0.4 * np.sin(2 * t), 0.5 + 0.3 * np.cos(t)] for t in np.linspace(0, 6.28, 60)]
    ],
    "out of the corner": [[[0, 0], [1, 0.3]], [[0.9, 1], [1, 1]]],
}


def ask(page, expression, **given):
    return np.array(page.evaluate(f"given => {{ const w = watch; {expression} }}", given))


@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize("name", STROKES)
def test_strokes_become_the_pixels_of_the_recipe(page, name, centred):
    expression = "return Array.from(w.pixelsOf(given.strokes, given.centred))"
    found = ask(page, expression, strokes=STROKES[name], centred=centred)
    expected = pixels_of([np.array(each, float) for each in STROKES[name]], centred)
    np.testing.assert_array_equal(found, expected)


def test_centred_pixels_do_not_depend_on_size_and_place():
    [eight] = np.array(STROKES["a wide eight"])
    small_and_low = eight * 0.25 + [0.5, 0.75]
    np.testing.assert_array_equal(pixels_of([eight], True), pixels_of([small_and_low], True))


@pytest.mark.parametrize("stage", STAGES)
def test_activations_and_probabilities_are_those_of_the_model(page, arrays, pixels, stage):
    model = classic.classifier(arrays, stage)
    expression = """return w.digits.map(({pixels}) => {
        const [, ...activations] = w.forward(w.stages[given.stage], pixels).activations;
        return [...activations, w.probabilities(activations.at(-1))].flatMap(a => Array.from(a));
    })"""
    _, *activations = model.activations(pixels)
    expected = np.hstack([*activations, model.predict_proba(pixels)])
    np.testing.assert_allclose(ask(page, expression, stage=stage), expected, rtol=0, atol=1e-6)


def test_the_digits_are_those_of_the_file(page, arrays, pixels):
    found = ask(page, "return w.digits.map(({pixels}) => Array.from(pixels))")
    np.testing.assert_array_equal(found, pixels)
    labels = ask(page, "return w.digits.map(({label}) => label)")
    np.testing.assert_array_equal(labels, arrays["labels"])


def objective(arrays, pixels, stage):
    """Return the package's objective on the 100 digits, and their targets."""
    return Objective(classic.network(arrays, stage), SquaredError(True)), np.eye(10)[
        arrays["labels"]
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_cost_and_gradient_are_those_of_the_objective(page, arrays, pixels, stage):
    of_package, targets = objective(arrays, pixels, stage)
    expected = of_package.value_and_gradient(pixels, targets)
    cost = ask(page, "return w.cost(w.stages[given.stage], w.digits)", stage=stage)
    np.testing.assert_allclose(cost, expected, atol=1e-9)
    for i, layer in enumerate(of_package.network.dense_layers()):
        for role, gradient in ("weights", layer.weight_gradient), ("biases", layer.bias_gradient):
            expression = (
                f"return Array.from(w.gradient(w.stages[given.stage], w.digits)[{i}].{role})"
            )
            found = ask(page, expression, stage=stage)
            np.testing.assert_allclose(found, gradient.ravel(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("offset", [0, -2.5])
@pytest.mark.parametrize(
    ("layer", "neuron", "knob"), [(0, 4, 0), (0, 4, 407), (1, 3, 5), (2, 9, 16)]
)
def test_cost_and_slope_of_a_knob_are_those_of_the_objective(
    page, arrays, pixels, layer, neuron, knob, offset
):
    turn = "w.setStage(5); w.open(given.layer, given.neuron); w.chooseKnob(given.knob);"
    turn += "w.turnKnob(given.offset); return [w.cost(w.state.layers, w.digits), w.state.slope]"
    found = ask(page, turn, layer=layer, neuron=neuron, knob=knob, offset=offset)

    of_package, targets = objective(arrays, pixels, 5)
    its = of_package.network.dense_layers()[layer]
    place = (neuron,) if knob == 0 else (knob - 1, neuron)
    (its.bias if knob == 0 else its.weight)[place] += offset
    cost = of_package.value_and_gradient(pixels, targets)
    slope = (its.bias_gradient if knob == 0 else its.weight_gradient)[place]
    np.testing.assert_allclose(found, [cost, slope], rtol=0, atol=1e-9)


@pytest.mark.parametrize(("stage", "rate"), [(0, 1), (4, 1), (7, 0.1)])
def test_a_step_goes_as_predicted_and_as_the_package_goes(page, arrays, pixels, stage, rate):
    page.evaluate("stage => watch.setStage(stage)", stage)
    page.select_option("#rate", str(rate))
    found = ask(page, "const s = w.step(); return [s.before, s.predicted, s.after]")

    of_package, targets = objective(arrays, pixels, stage)
    parameters = of_package.network.parameters
    before = of_package.value_and_gradient(pixels, targets)
    predicted = -rate * parameters.gradient @ parameters.gradient
    parameters.values -= rate * parameters.gradient
    expected = before, predicted, of_package.value(pixels, targets)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.fixture(scope="module")
def test_digits(arrays):
    """Return 1,000 test digits and their labels where MNIST is there, else the 100 of the file."""
    if "MNIST" not in os.environ:
        return arrays["images"], arrays["labels"]
    _, (X, y) = read(os.environ["MNIST"])
    rows = np.random.default_rng(1).choice(len(X), 1000, replace=False)
    return np.round(X[rows] * 255).reshape(-1, 28, 28), y[rows]


def answers(page, images):
    """Return what the page's network says of pixels between 0 and 1."""
    expression = """return given.images.map(pixels => {
        const outputs = Array.from(w.forward(w.stages.at(-1), pixels).activations.at(-1));
        return outputs.indexOf(Math.max(...outputs));
    })"""
    return ask(page, expression, images=np.reshape(images, (-1, 784)).tolist())


def test_digits_get_the_answers_of_the_model(page, arrays, test_digits):
    images, labels = test_digits
    expected = classic.classifier(arrays).predict(images.reshape(-1, 784) / 255)
    found = answers(page, images / 255)
    np.testing.assert_array_equal(found, expected)
    assert np.mean(found == labels) > 0.93


def test_traced_strokes_keep_the_accuracy(page, test_digits):
    images, labels = (each[:200] for each in test_digits)
    traced = [strokes_of(image) for image in images]
    expression = "return given.traced.map(strokes => Array.from(w.pixelsOf(strokes, true)))"
    found = ask(page, expression, traced=traced)
    accuracies = [np.mean(answers(page, each) == labels) for each in (images / 255, found)]
    # The standard deviation of the difference is 2 points on 100 digits.
    assert accuracies[1] >= accuracies[0] - (0.03 if len(images) == 200 else 0.05)
