// The page: what it remembers, and what happens when something changes.

async function start() {
  const facts = JSON.parse(byId("facts").textContent);
  const { stages, digits } = await unpack(byId("numbers-of-the-network").textContent.trim(), facts);
  const random = randomNumbers(784);
  const state = {
    stage: stages.length - 1,
    layers: stages.at(-1),
    pixels: new Float64Array(784),
    picture: null, // pixels that nobody drew, and their name
    opened: { layer: 0, neuron: 2 }, // undecided about the 3 that draws itself
    knob: 0,
    offset: 0, // how far the knob is turned
    slope: 0, // of the cost there
    undo: [], // layers before each step
    nextSample: 0,
    sayLater: null,
    story: null, // its next frame, while the 3 draws itself
    isExample: true, // whether the strokes are those of the 3
  };

  const pad = makePad(byId("pad"), beginStroke, () => { readStrokes(); showPixels(); });
  const net = makeNet(byId("net"), open);

  // ---------------------------------------------------------------- pictures come in

  function beginStroke() {
    endStory();
    if (state.picture) pad.strokes = [];
    state.picture = null;
  }

  function readStrokes() {
    if (!state.picture) state.pixels = pixelsOf(pad.strokes, byId("centred").checked);
  }

  function give(pixels, name) {
    endStory();
    pad.strokes = [];
    state.picture = { pixels, name };
    state.pixels = pixels;
    showPixels();
    wave();
  }

  function blank() {
    endStory();
    pad.strokes = [];
    state.picture = null;
    readStrokes();
    showPixels();
  }

  // ---------------------------------------------------------------- show

  let pass = forward(state.layers, state.pixels);
  let slopes = gradient(state.layers, digits); // of the cost

  /** Shows what depends on the pixels. */
  function showPixels() {
    pass = forward(state.layers, state.pixels);
    drawPad(byId("pad"), pad, state.picture?.pixels);
    drawGrey(byId("seen"), state.pixels);
    showLights();
    showNeuron(partsOf(state.layers, pass, state.opened), state.opened);
    showTables();
    sayAnswer();
  }

  function showLights() {
    lightNeurons(net, pass.activations, state.opened);
    drawEdges(net, state.layers, pass.activations);
  }

  /** Shows what depends on the weights. */
  function showWeights() {
    const { weights } = state.layers[0];
    const most = quantile(weights, 0.98);
    learnt.forEach((canvas, j) => drawSigned(canvas, column(weights, j), most));
    byId("learnt-name").textContent = isChanged() ? "learnt, and changed by you" : `learnt: ${facts.names[state.stage]}`;
    byId("changed").hidden = !isChanged();
    slopes = gradient(state.layers, digits);
    showSlopes();
    showKnob();
    showPixels();
  }

  const column = (weights, j) => Float64Array.from({ length: 784 }, (_, i) => weights[i * 16 + j]);
  const isChanged = () => state.layers !== stages[state.stage];

  function sayAnswer() {
    const p = probabilities(pass.activations.at(-1));
    const [first, second] = Array.from(p, (_, k) => k).sort((a, b) => p[b] - p[a]);
    const what = state.picture ? `${state.picture.name}: it` : "It";
    const isBlank = !state.picture && pad.strokes.length === 0;
    const text = `${isBlank ? "A blank page: it" : what} says ${first}, probability ${written(p[first])}; next ${second}, ${written(p[second])}.`;
    byId("answer").textContent = text;
    clearTimeout(state.sayLater);
    state.sayLater = setTimeout(() => { byId("spoken").textContent = text; }, 900);
  }

  function showTables() {
    if (!byId("tables").open) return;
    const rows = state.layers.flatMap(({ biases }, layer) => Array.from(biases, (b, neuron) => {
      const [z, a] = [pass.sums[layer][neuron], pass.activations[layer + 1][neuron]];
      const name = nameOf({ layer, neuron });
      return [name, written(z - b, 3), written(b, 3), written(z, 3), [written(a, 3), shade(a)]];
    }));
    fillTable(byId("numbers"), "All neurons for this picture", ["neuron", "sum of w × a", "b", "z", "a = σ(z)"], rows);
  }

  // ---------------------------------------------------------------- one neuron, one knob

  function open(layer, neuron) {
    state.opened = { layer, neuron };
    chooseKnob(layer === 0 ? strongestInput() : 0);
    showPixels();
    byId("neuron").scrollIntoView({ block: "nearest" });
  }

  /** Returns the knob of the input that matters most now; the bias if none does. */
  function strongestInput() {
    const { products } = partsOf(state.layers, pass, state.opened);
    const sizes = products.map(Math.abs);
    const best = highest(sizes);
    return best > 0 ? sizes.indexOf(best) + 1 : 0;
  }

  function chooseKnob(knob) {
    keepKnob();
    state.knob = knob;
    byId("which").max = SIZES[state.opened.layer];
    byId("which").value = knob;
    showKnob();
  }

  /** Ends the turning of a knob: where it is now is where it starts from. */
  function keepKnob() {
    state.offset = 0;
    byId("knob").value = 0;
  }

  const where = () => ({ ...state.opened, knob: state.knob });
  const knobValue = () => {
    const { values, index } = knobPlace(state.layers, where());
    return values[index];
  };

  function showKnob() {
    const value = knobValue();
    const origin = value - state.offset;
    const values = Array.from({ length: 41 }, (_, k) => origin + (k - 20) / 2);
    const costs = costsAlong(state.layers, where(), values, digits);
    const costNow = cost(state.layers, digits);
    const place = knobPlace(slopes, where());
    const slope = place.values[place.index];
    state.slope = slope;
    drawSlice(byId("slice"), { values, costs, now: value, costNow, slope });
    byId("knob-neuron").textContent = nameOf(state.opened);
    byId("knob-name").textContent = knobName(where());
    byId("which").setAttribute("aria-valuetext", knobName(where()));
    byId("knob").setAttribute("aria-valuetext", `value ${written(value)}, cost ${written(costNow, 4)}`);
    const isFlat = highest(costs) - lowest(costs) < 1e-9;
    byId("knob-words").textContent = isFlat
      ? "The cost does not move: none of the 100 digits has ink there."
      : `Value ${written(value)}: cost ${written(costNow, 4)}, slope ${written(slope, 4, true)}.`;
    byId("knob-back").disabled = state.offset === 0;
    markPixel();
  }

  /** Marks the knob's pixel in the pictures of the opened neuron. */
  function markPixel() {
    const i = state.knob - 1;
    byId("tiles").style.setProperty("--row", Math.floor(i / 28));
    byId("tiles").style.setProperty("--column", i % 28);
    byId("tiles").classList.toggle("marked", state.opened.layer === 0 && i >= 0);
  }

  function turnKnob(offset) {
    const layers = copied(state.layers);
    const { values, index } = knobPlace(layers, where());
    values[index] += offset - state.offset;
    state.offset = offset;
    state.layers = Math.abs(offset) < 1e-9 && matches(layers, stages[state.stage]) ? stages[state.stage] : layers;
    showWeights();
  }

  const copied = (layers) => layers.map((layer) => ({
    ...layer, weights: layer.weights.slice(), biases: layer.biases.slice(),
  }));
  const matches = (some, others) => squaredLength(moved(some, others, -1)) < 1e-20;

  // ---------------------------------------------------------------- downhill

  function showSlopes() {
    const { weights } = slopes[0];
    const most = quantile(weights, 0.995);
    nudges.forEach((canvas, j) => drawSigned(canvas, column(weights, j).map((g) => -g), most));
    const rows = steepest(slopes, 10).map((each) => {
      const arrow = each.slope < 0 ? "↑ up" : "↓ down";
      const input = each.knob === 0 ? "bias" : `from ${inputName(each.layer, each.knob - 1)}`;
      return [`${nameOf(each)}, ${input}`, arrow, written(-each.slope, 4, true)];
    });
    fillTable(byId("strongest"), "", ["knob", "turn it", "nudge"], rows);
    byId("undo").disabled = state.undo.length === 0;
  }

  function step() {
    keepKnob();
    const rate = Number(byId("rate").value);
    const [before, predicted] = [cost(state.layers, digits), -rate * squaredLength(slopes)];
    state.undo.push(state.layers);
    state.layers = moved(state.layers, slopes, -rate);
    showWeights();
    const after = cost(state.layers, digits);
    const rose = after > before ? " Too long a step: it went over the valley." : "";
    byId("step-words").textContent =
      `Step ${state.undo.length}: cost ${written(before, 4)} → ${written(after, 4)}. ` +
      `Predicted change ${written(predicted, 4, true)}, actual ${written(after - before, 4, true)}.${rose}`;
    return { before, predicted, after };
  }

  function undo() {
    keepKnob();
    state.layers = state.undo.pop();
    showWeights();
    byId("step-words").textContent = `Undone: cost ${written(cost(state.layers, digits), 4)}.`;
    if (byId("undo").disabled) byId("step").focus();
  }

  function setStage(stage) {
    Object.assign(state, { stage, layers: stages[stage], undo: [] });
    keepKnob();
    byId("stage").value = stage;
    byId("step-words").textContent = `Cost on the 100 digits: ${written(cost(state.layers, digits), 4)}.`;
    byId("noises-words").textContent = "";
    drawTraining(byId("training-curve"), facts, stage);
    byId("stage-words").textContent = stageWords(facts, stage);
    byId("stage").setAttribute("aria-valuetext", stageWords(facts, stage));
    showWeights();
  }

  // ---------------------------------------------------------------- nonsense

  function sayToNoises() {
    const { counts, confidence } = answersToNoises(state.layers, 1000, random);
    const said = counts.map((n, digit) => ({ n, digit })).filter(({ n }) => n > 0).sort((a, b) => b.n - a.n);
    const list = said.slice(0, 3).map(({ n, digit }) => `${n} times “${digit}”`).join(", ");
    byId("noises-words").textContent =
      `It said ${list}${said.length > 3 ? ", and others" : ""}. Mean probability of its answer: ${written(confidence)}.`;
  }

  // ---------------------------------------------------------------- it teaches by itself

  /** Lets the signal run through the layers once. */
  function wave() {
    if (reducedMotion()) return;
    const begun = performance.now();
    const tick = (now) => {
      net.shown = Math.min(3, Math.max(0, (now - begun) / 300));
      showLights();
      if (net.shown < 3) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  /** Draws a 3 by itself, then lights the layers, and hands over. */
  function tellStory() {
    if (reducedMotion()) {
      pad.strokes = THREE.map((stroke) => [...stroke]);
      readStrokes();
      showPixels();
      endStory(true);
      return;
    }
    const sentences = [...byId("story").children];
    const mark = (k) => sentences.forEach((each, i) => each.classList.toggle("now", i === k));
    const begun = performance.now();
    pad.strokes = [[]];
    const tick = (now) => {
      if (state.story === null) return;
      const seconds = (now - begun) / 1000;
      const n = Math.min(THREE[0].length, Math.max(1, Math.ceil((seconds / 2) * THREE[0].length)));
      pad.strokes = [THREE[0].slice(0, n)];
      net.shown = seconds < 2 ? 3 : Math.min(3, Math.max(0, (seconds - 2.2) / 0.9));
      readStrokes();
      showPixels();
      mark(seconds < 2.2 ? 0 : seconds < 5 ? 1 : 2);
      if (seconds < 5.2) state.story = requestAnimationFrame(tick);
      else endStory(true);
    };
    state.story = requestAnimationFrame(tick);
  }

  /** Ends the story: people took over, or it is told. */
  function endStory(isTold = false) {
    byId("hint").hidden = !isTold;
    cancelAnimationFrame(state.story);
    state.story = null;
    net.shown = 3;
    if (isTold) return;
    for (const each of byId("story").children) each.classList.remove("now");
    if (state.isExample) pad.strokes = [];
    state.isExample = false;
  }

  // ---------------------------------------------------------------- wiring

  const on = (id, name, listener) => byId(id).addEventListener(name, listener);
  on("sample", "click", () => {
    const { pixels, label } = digits[state.nextSample++ % digits.length];
    give(pixels, `A test digit, ${label}`);
  });
  on("noise", "click", () => give(noise(random), "Noise"));
  on("blank", "click", blank);
  on("shuffle", "click", () => give(shuffled(state.pixels, random), "Shuffled pixels"));
  on("centred", "change", () => { readStrokes(); showPixels(); });
  on("stage", "input", () => setStage(Number(byId("stage").value)));
  on("which", "input", () => chooseKnob(Number(byId("which").value)));
  on("knob", "input", () => turnKnob(Number(byId("knob").value)));
  on("knob-back", "click", () => { turnKnob(0); keepKnob(); byId("knob").focus(); });
  on("step", "click", step);
  on("undo", "click", undo);
  on("restore", "click", () => { setStage(state.stage); byId("stage").focus(); });
  on("noises", "click", sayToNoises);
  on("tables", "toggle", showTables);
  for (const id of ["tile-w", "tile-a", "tile-wa"]) {
    on(id, "click", (event) => {
      const box = event.target.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      chooseKnob(Math.floor((y / box.height) * 28) * 28 + Math.floor((x / box.width) * 28) + 1);
    });
  }
  net.columns.forEach((neurons, layer) => neurons.forEach((button, neuron) => {
    const emphasize = (emphasis) => () => { net.emphasis = emphasis; showLights(); };
    for (const name of ["pointerenter", "focus"]) button.addEventListener(name, emphasize({ layer, neuron }));
    for (const name of ["pointerleave", "blur"]) button.addEventListener(name, emphasize(null));
  }));
  new ResizeObserver(showLights).observe(byId("net"));

  const hoped = hopedFor().map((values, j) => {
    const canvas = tile(byId("hoped"), `Hoped-for edge detector ${j + 1}`, null);
    drawSigned(canvas, values, 1);
    return canvas;
  });
  const tiles = (id, label, opens) => hoped.map((_, j) => tile(
    byId(id), label(j), opens && (() => open(0, j)),
  ));
  const learnt = tiles("learnt", (j) => `Open hidden layer 1, neuron ${j + 1}`, true);
  const nudges = tiles("nudges", (j) => `Nudges of the weights of neuron ${j + 1}`, false);
  byId("source").textContent = facts.source;

  setStage(state.stage);
  tellStory();

  // For tests and for the curious: the console can ask what the page computes.
  window.watch = {
    state, pad, stages, digits, pixelsOf, forward, probabilities, cost, gradient,
    setStage, open, chooseKnob, turnKnob, step,
  };
}

start();
