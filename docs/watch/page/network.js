// The network: forward pass, cost, and gradient, as a lecture writes them.
// A layer is {nIn, nOut, weights, biases}; weights[i * nOut + j] leads from input i to neuron j.

const SIZES = [784, 16, 16, 10];

const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/** Returns the weighted sums z of a layer for its inputs a. */
function weightedSums({ nIn, nOut, weights, biases }, a) {
  const z = biases.slice();
  for (let i = 0; i < nIn; i++) {
    if (a[i] === 0) continue; // most pixels are paper
    for (let j = 0; j < nOut; j++) z[j] += weights[i * nOut + j] * a[i];
  }
  return z;
}

/** Returns the activations of all layers, pixels first, and the weighted sums z behind them. */
function forward(layers, pixels) {
  const activations = [pixels];
  const sums = [];
  for (const layer of layers) {
    sums.push(weightedSums(layer, activations.at(-1)));
    activations.push(sums.at(-1).map(sigmoid));
  }
  return { activations, sums };
}

/** Returns the outputs divided by their sum: the model's predict_proba. */
function probabilities(outputs) {
  const sum = outputs.reduce((total, a) => total + a, 0);
  return outputs.map((a) => a / sum);
}

/** Returns what the answer costs: the sum of (a - t)², where t is 1 for the label and else 0. */
function costOf(outputs, label) {
  return outputs.reduce((total, a, k) => total + (a - (k === label)) ** 2, 0);
}

/** Returns the mean cost on digits, each {pixels, label}. */
function cost(layers, digits) {
  let total = 0;
  for (const { pixels, label } of digits) {
    total += costOf(forward(layers, pixels).activations.at(-1), label);
  }
  return total / digits.length;
}

/** Returns the gradient of the mean cost, shaped like the layers: backpropagation. */
function gradient(layers, digits) {
  const slopes = layers.map(({ nIn, nOut }) => emptyLayer(nIn, nOut));
  for (const { pixels, label } of digits) {
    const { activations } = forward(layers, pixels);
    let delta = activations.at(-1).map((a, k) => 2 * (a - (k === label)) * a * (1 - a));
    for (let l = layers.length - 1; l >= 0; l--) {
      addOuterProduct(slopes[l], activations[l], delta, 1 / digits.length);
      if (l > 0) delta = passBack(layers[l], activations[l], delta);
    }
  }
  return slopes;
}

/** Returns a layer of zeros. */
function emptyLayer(nIn, nOut) {
  return { nIn, nOut, weights: new Float64Array(nIn * nOut), biases: new Float64Array(nOut) };
}

/** Adds one digit's part of the gradient: input times delta for weights, delta for biases. */
function addOuterProduct(slope, inputs, delta, factor) {
  const { nIn, nOut } = slope;
  for (let j = 0; j < nOut; j++) slope.biases[j] += factor * delta[j];
  for (let i = 0; i < nIn; i++) {
    if (inputs[i] === 0) continue;
    for (let j = 0; j < nOut; j++) slope.weights[i * nOut + j] += factor * inputs[i] * delta[j];
  }
}

/** Returns the slope of the cost with respect to the sums z of the layer below. */
function passBack({ nOut, weights }, inputs, delta) {
  return inputs.map((a, i) => {
    let sum = 0;
    for (let j = 0; j < nOut; j++) sum += weights[i * nOut + j] * delta[j];
    return sum * a * (1 - a);
  });
}

/** Returns layers moved by `factor` times a gradient. */
function moved(layers, slopes, factor) {
  return layers.map((layer, l) => ({
    ...layer,
    weights: layer.weights.map((w, i) => w + factor * slopes[l].weights[i]),
    biases: layer.biases.map((b, j) => b + factor * slopes[l].biases[j]),
  }));
}

/** Returns the squared length of a gradient. */
function squaredLength(slopes) {
  const sum = (values) => values.reduce((total, g) => total + g * g, 0);
  return slopes.reduce((total, { weights, biases }) => total + sum(weights) + sum(biases), 0);
}

/** Returns where a knob is: knob 0 of a neuron is its bias, knob i its weight from input i. */
function knobPlace(layers, { layer, neuron, knob }) {
  const { nOut, weights, biases } = layers[layer];
  if (knob === 0) return { values: biases, index: neuron };
  return { values: weights, index: (knob - 1) * nOut + neuron };
}

/** Returns the costs with one knob at each of the given values: only one sum z changes. */
function costsAlong(layers, where, values, digits) {
  const { layer, neuron, knob } = where;
  const { values: its, index } = knobPlace(layers, where);
  const before = its[index];
  const above = layers.slice(layer + 1);
  const passes = digits.map(({ pixels }) => forward(layers, pixels));
  return values.map((value) => digits.reduce((total, { label }, d) => {
    const { activations, sums } = passes[d];
    const z = sums[layer].slice();
    z[neuron] += (value - before) * (knob === 0 ? 1 : activations[layer][knob - 1]);
    return total + costOf(forward(above, z.map(sigmoid)).activations.at(-1), label) / digits.length;
  }, 0));
}

/** Returns the stages of training and the digits, unpacked from the page. */
async function unpack(base64, facts) {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  let offset = 0;
  const next = (Type, n) => {
    const bytes = n * Type.BYTES_PER_ELEMENT;
    const values = new Type(buffer.slice(offset, offset + bytes));
    offset += bytes;
    return values;
  };
  const stages = facts.scales.map((scales) => scales.map((scale, l) => {
    const [nIn, nOut] = [SIZES[l], SIZES[l + 1]];
    const biases = Float64Array.from(next(Float32Array, nOut));
    return { nIn, nOut, weights: Float64Array.from(next(Int8Array, nIn * nOut), (w) => w * scale), biases };
  }));
  const digits = facts.labels.map((label) => ({
    pixels: Float64Array.from(next(Uint8Array, SIZES[0]), (value) => value / 255), label,
  }));
  return { stages, digits };
}
