// One neuron opened: its weights, what comes in, the products, their running sum, and sigma.

/** Returns the parts of a neuron's sum: weights, inputs, products, bias, z and a. */
function partsOf(layers, { activations, sums }, { layer, neuron }) {
  const { nOut, weights, biases } = layers[layer];
  const inputs = activations[layer];
  const its = Float64Array.from(inputs, (_, i) => weights[i * nOut + neuron]);
  const products = its.map((w, i) => w * inputs[i]);
  const [z, a] = [sums[layer][neuron], activations[layer + 1][neuron]];
  return { weights: its, inputs, products, bias: biases[neuron], z, a };
}

/** Returns a neuron's name for people. */
function nameOf({ layer, neuron }) {
  return layer === 2 ? `answer ${neuron}` : `${LAYER_NAMES[layer + 1]}, neuron ${neuron + 1}`;
}

/** Returns the name of an input of a layer; a pixel's is its row and column. */
function inputName(layer, i) {
  if (layer === 0) return `pixel ${Math.floor(i / 28) + 1}, ${(i % 28) + 1}`;
  return `neuron ${i + 1}`;
}

/** Shows all of an opened neuron. */
function showNeuron(parts, opened) {
  const name = nameOf(opened);
  byId("neuron-name").textContent = name[0].toUpperCase() + name.slice(1);
  const isFirst = opened.layer === 0;
  byId("tiles").hidden = byId("key").hidden = !isFirst;
  byId("terms").hidden = isFirst;
  if (isFirst) showTiles(parts);
  else showTerms(parts);
  showRunningSum(parts);
  showSquash(parts);
  byId("equation").textContent =
    `sum ${written(parts.z - parts.bias)} + bias ${written(parts.bias)} = z ${written(parts.z)}, ` +
    `and σ(z) = ${written(parts.a)}`;
}

function showTiles({ weights, inputs, products }) {
  const range = `from ${written(lowest(weights))} to ${written(highest(weights))}`;
  byId("tile-w").setAttribute("aria-label", `Its 784 weights, ${range}`);
  byId("tile-a").setAttribute("aria-label", "The 784 pixels that come in");
  const inked = products.filter((product) => product !== 0).length;
  byId("tile-wa").setAttribute("aria-label", `The products: ${inked} are not 0`);
  drawSigned(byId("tile-w"), weights, quantile(weights, 0.98));
  drawGrey(byId("tile-a"), inputs);
  drawSigned(byId("tile-wa"), products, quantile(weights, 0.98));
}

function showTerms({ weights, inputs, products }) {
  const [most, mostProduct] = [weights, products].map((values) => quantile(values, 1));
  const rows = Array.from(weights, (w, i) => [
    String(i + 1), [written(w, 2, true), bar(w / most)], [written(inputs[i]), shade(inputs[i])],
    [written(products[i], 2, true), bar(products[i] / mostProduct)],
  ]);
  fillTable(byId("terms"), "From each neuron of the layer before", ["neuron", "w", "a", "w × a"], rows);
}

/** Returns a style: a bar from the middle, blue to the right for +, orange to the left for −. */
function bar(part) {
  const end = 50 + 50 * part;
  const [from, to] = [Math.min(50, end), Math.max(50, end)];
  const colour = part > 0 ? "var(--plus-bar)" : "var(--minus-bar)";
  const none = "transparent";
  const bar = `linear-gradient(90deg,${none} ${from}%,${colour} ${from}% ${to}%,${none} ${to}%)`;
  return `background:${bar} 0/56px 100% no-repeat;padding-left:62px`;
}

/** Returns a style: a neuron's own grey, on which its number can be read. */
function shade(a) {
  const grey = Math.round(255 * a);
  return `background:rgb(${grey},${grey},${grey});color:${grey > 117 ? "#000" : "#fff"}`;
}

function showRunningSum({ products, bias, z }) {
  const totals = [0];
  products.forEach((product) => totals.push(totals.at(-1) + product));
  const all = [...totals, z];
  const x = scaled(0, totals.length - 1, 8, 290);
  const y = scaled(lowest(all) - 0.3, highest(all) + 0.3, 140, 10);
  const picture = byId("running");
  const colour = bias >= 0 ? "plus-line" : "minus-line";
  picture.replaceChildren(
    line([[8, y(0)], [332, y(0)]], { class: "axis" }),
    line(totals.map((total, i) => [x(i), y(total)]), { class: "curve" }),
    line([[290, y(totals.at(-1))], [300, y(totals.at(-1))]], { class: "axis" }),
    line([[300, y(totals.at(-1))], [300, y(z)]], { class: colour, "stroke-width": 4 }),
    svg("text", { x: 306, y: Math.min(138, Math.max(14, y(z) + 4)) }, `z`),
    svg("text", { x: 10, y: y(0) - 4 }, "0"),
  );
  picture.setAttribute("aria-label",
    `The sum runs from 0 to ${written(totals.at(-1))}; with the bias ${written(bias)} it is ${written(z)}`);
}

function showSquash({ z, a }) {
  const x = scaled(-8, 8, 10, 190);
  const y = scaled(0, 1, 130, 20);
  const curve = Array.from({ length: 81 }, (_, k) => k / 5 - 8);
  const dot = [x(Math.min(8, Math.max(-8, z))), y(a)];
  const picture = byId("squash");
  picture.replaceChildren(
    line([[10, 130], [190, 130]], { class: "axis" }),
    line([[10, 20], [190, 20]], { class: "axis" }),
    line(curve.map((each) => [x(each), y(sigmoid(each))]), { class: "curve" }),
    line([[dot[0], 130], dot], { class: "axis" }),
    svg("circle", { cx: dot[0], cy: dot[1], r: 5, class: "ball" }),
    svg("text", { x: 12, y: 16 }, "1"), svg("text", { x: 12, y: 145 }, "0"),
  );
  picture.setAttribute("aria-label", `Sigma of ${written(z)} is ${written(a)}`);
}
