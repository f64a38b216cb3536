// Learning: the curve of training, the slice of the cost along one knob, and the gradient.

/** Returns the place of a number of steps on the slider, on which the stages are equally far. */
function placeOfSteps(steps, stages) {
  const log = (n) => Math.log(n + 5);
  const after = Math.max(1, stages.findIndex((each) => each >= steps));
  const [from, to] = [stages[after - 1], stages[after]];
  return after - 1 + (log(steps) - log(from)) / (log(to) - log(from));
}

/** Draws cost and accuracy during training, with a ball at the stage that is shown. */
function drawTraining(picture, facts, stage) {
  const x = scaled(0, 7, 8, 292);
  const [yCost, yAccuracy] = [scaled(0, 3, 84, 8), scaled(0, 1, 84, 8)];
  const ticks = facts.names.map((_, i) => line([[x(i), 84], [x(i), 89]], { class: "axis" }));
  const places = facts.curve.map(([steps]) => x(placeOfSteps(steps, facts.steps)));
  const points = facts.curve.map(([, cost], i) => [places[i], yCost(cost)]);
  const accuracies = facts.curve.map(([, , accuracy], i) => [places[i], yAccuracy(accuracy)]);
  const ball = (y, name) => svg("circle", { cx: x(stage), cy: y, r: 5, class: name });
  picture.replaceChildren(
    line([[8, 84], [292, 84]], { class: "axis" }),
    line(accuracies, { class: "curve second" }),
    line(points, { class: "curve" }),
    svg("text", { x: 30, y: 22, class: "first" }, "cost"),
    svg("text", { x: 292, y: 28, "text-anchor": "end", class: "second" }, "accuracy"),
    ...ticks,
    ball(yAccuracy(facts.accuracy[stage]), "ball second"),
    ball(yCost(facts.cost[stage]), "ball"),
  );
}

/** Returns in words where training is. */
function stageWords(facts, stage) {
  const accuracy = written(100 * facts.accuracy[stage], 1);
  return `After ${facts.names[stage]}: cost ${written(facts.cost[stage])} on 60,000 training digits, ` +
    `${accuracy} % of 10,000 test digits right`;
}

/** Draws the cost along a knob, the ball where it is, and the slope there. */
function drawSlice(picture, { values, costs, now, costNow, slope }) {
  const [low, high] = [Math.min(lowest(costs), costNow), Math.max(highest(costs), costNow)];
  const room = Math.max((high - low) * 0.12, 0.002);
  const x = scaled(values[0], values.at(-1), 60, 690);
  const y = scaled(low - room, high + room, 185, 10);
  const reach = (values.at(-1) - values[0]) / 8;
  const tangent = [-reach, reach].map((d) => [x(now + d), y(costNow + slope * d)]);
  picture.replaceChildren(
    line([[60, 185], [690, 185]], { class: "axis" }),
    line([[60, 10], [60, 185]], { class: "axis" }),
    line(values.map((value, k) => [x(value), y(costs[k])]), { class: "curve" }),
    line(tangent, { class: "tangent" }),
    svg("circle", { cx: x(now), cy: y(costNow), r: 7, class: "ball" }),
    svg("text", { x: 54, y: 20, "text-anchor": "end" }, written(high + room, 3)),
    svg("text", { x: 54, y: 185, "text-anchor": "end" }, written(low - room, 3)),
    svg("text", { x: 60, y: 204 }, written(values[0], 1)),
    svg("text", { x: 690, y: 204, "text-anchor": "end" }, written(values.at(-1), 1)),
    svg("text", { x: 68, y: 20 }, "cost"),
    svg("text", { x: 375, y: 204, "text-anchor": "middle" }, "value of the knob"),
  );
  picture.setAttribute("aria-label",
    `The cost along this knob: between ${written(low, 3)} and ${written(high, 3)}, ${written(costNow, 3)} here`);
}

/** Returns all knobs with the slopes of the cost, steepest first. */
function steepest(slopes, n) {
  const knobs = slopes.flatMap(({ nOut, weights, biases }, layer) => [
    ...Array.from(biases, (slope, neuron) => ({ layer, neuron, knob: 0, slope })),
    ...Array.from(weights, (slope, i) => ({
      layer, neuron: i % nOut, knob: Math.floor(i / nOut) + 1, slope,
    })),
  ]);
  return knobs.sort((a, b) => Math.abs(b.slope) - Math.abs(a.slope)).slice(0, n);
}

/** Returns a knob's name for people. */
function knobName({ layer, knob }) {
  return knob === 0 ? "bias b" : `weight w from ${inputName(layer, knob - 1)}`;
}
