// The network drawn: neurons from black to white, and the edges between them.

const LAYER_NAMES = ["pixels", "hidden layer 1", "hidden layer 2", "answers"];
const LINES_OF_A_NEURON = 12; // from the picture: those of the strongest products

/** Builds the neurons as buttons; arrow keys move between them, `open(layer, neuron)` opens one. */
function makeNet(box, open) {
  const columns = SIZES.slice(1).map((n, layer) => {
    const group = document.createElement("div");
    group.className = "column";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", LAYER_NAMES[layer + 1]);
    group.style.setProperty("--column", layer);
    const neurons = Array.from({ length: n }, (_, neuron) => {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1;
      button.style.top = `${((neuron + 0.5 + (16 - n) / 2) / 16) * 100}%`;
      button.addEventListener("click", () => open(layer, neuron));
      button.addEventListener("keydown", (event) => moveFocus(event, columns, layer, neuron));
      group.append(button);
      return button;
    });
    box.append(group);
    return neurons;
  });
  const answers = columns[2].map((button, digit) => {
    const label = document.createElement("span");
    label.className = "answer";
    label.setAttribute("aria-hidden", "true");
    label.style.top = button.style.top;
    label.append(...["b", "i", "span"].map((tag) => document.createElement(tag)));
    label.firstChild.textContent = digit;
    button.parentElement.append(label);
    return label;
  });
  columns[0][0].tabIndex = 0;
  return { box, columns, answers, shown: 3, emphasis: null };
}

/** Moves the focus with the arrow keys: up and down in a layer, left and right between layers. */
function moveFocus(event, columns, layer, neuron) {
  const last = columns[layer].length - 1;
  const across = (to) => {
    const other = columns[Math.min(2, Math.max(0, to))];
    return other[Math.round((neuron / last) * (other.length - 1))];
  };
  const target = {
    ArrowUp: () => columns[layer][Math.max(0, neuron - 1)],
    ArrowDown: () => columns[layer][Math.min(last, neuron + 1)],
    ArrowLeft: () => across(layer - 1),
    ArrowRight: () => across(layer + 1),
    Home: () => columns[layer][0],
    End: () => columns[layer][last],
  }[event.key];
  if (!target) return;
  event.preventDefault();
  for (const each of columns.flat()) each.tabIndex = -1;
  target().tabIndex = 0;
  target().focus();
}

/** Lights the neurons; those of layers beyond `net.shown` stay dark while a wave passes. */
function lightNeurons(net, activations, opened) {
  net.columns.forEach((neurons, layer) => {
    neurons.forEach((button, neuron) => {
      const a = activations[layer + 1][neuron];
      const grey = Math.round(255 * a * Math.min(1, Math.max(0, net.shown - layer)));
      button.style.backgroundColor = `rgb(${grey},${grey},${grey})`;
      button.style.boxShadow = grey > 150 ? `0 0 ${grey / 25}px rgba(255,255,255,.55)` : "none";
      const name = layer === 2 ? `answer ${neuron}` : `${LAYER_NAMES[layer + 1]}, neuron ${neuron + 1}`;
      button.setAttribute("aria-label", `${name}: ${written(a)}`);
      const isOpen = opened.layer === layer && opened.neuron === neuron;
      button.setAttribute("aria-pressed", isOpen);
    });
  });
  const outputs = activations.at(-1);
  const best = highest(outputs);
  net.answers.forEach((label, digit) => {
    const isShown = net.shown >= 3;
    label.children[1].style.setProperty("--length", isShown ? outputs[digit] : 0);
    label.children[2].textContent = isShown ? written(outputs[digit]) : "";
    label.classList.toggle("best", isShown && outputs[digit] === best);
  });
}

/** Draws the edges: blue carries excitement, orange silence; the brighter, the more. */
function drawEdges(net, layers, activations) {
  const canvas = byId("edges");
  const box = net.box.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  canvas.width = box.width * ratio;
  canvas.height = box.height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const centre = (element) => {
    const its = element.getBoundingClientRect();
    return [its.left - box.left + its.width / 2, its.top - box.top + its.height / 2];
  };
  const places = net.columns.map((neurons) => neurons.map(centre));
  const picture = byId("seen").getBoundingClientRect();
  const pixel = (i) => [
    picture.left - box.left + (((i % 28) + 0.5) / 28) * picture.width,
    picture.top - box.top + ((Math.floor(i / 28) + 0.5) / 28) * picture.height,
  ];
  layers.forEach((layer, l) => {
    const edges = edgesOf(layer, activations[l], l === 0);
    const most = edges.reduce((m, edge) => Math.max(m, Math.abs(edge.product)), 1e-9);
    const progress = Math.min(1, Math.max(0, net.shown - l));
    for (const { from, to, product } of edges) {
      const [x0, y0] = l === 0 ? pixel(from) : places[l - 1][from];
      const [x1, y1] = places[l][to];
      const { emphasis } = net;
      const isDim = emphasis && !(emphasis.layer === l && emphasis.neuron === to);
      const strength = (Math.abs(product) / most) ** 0.7;
      const alpha = (0.06 + 0.74 * strength) * (isDim ? 0.12 : 1);
      context.strokeStyle = `rgba(${product >= 0 ? BLUE : ORANGE},${progress > 0 ? alpha : 0})`;
      context.lineWidth = 0.5 + 1.5 * strength;
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x0 + (x1 - x0) * progress, y0 + (y1 - y0) * progress);
      context.stroke();
    }
  });
}

/** Returns the edges to draw between two layers, with their products of weight and activation. */
function edgesOf({ nOut, weights }, inputs, isPicture) {
  const strength = ({ product }) => Math.abs(product);
  const sources = Array.from(inputs.keys()).filter((from) => !isPicture || inputs[from] > 0);
  const edges = Array.from({ length: nOut }, (_, to) => {
    const all = sources.map((from) => ({ from, to, product: weights[from * nOut + to] * inputs[from] }));
    if (!isPicture) return all;
    return all.sort((a, b) => strength(b) - strength(a)).slice(0, LINES_OF_A_NEURON);
  });
  return edges.flat().sort((a, b) => strength(a) - strength(b)); // the strongest on top
}
