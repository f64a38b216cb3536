// Pictures: signed pixel images on canvases, and curves in SVG.

const BLUE = [88, 170, 255]; // positive
const ORANGE = [255, 150, 50]; // negative

const byId = (id) => document.getElementById(id);
const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Returns a number for people: a true minus, a plus where asked, few digits. */
function written(value, digits = 2, plus = false) {
  const text = Math.abs(value).toFixed(digits);
  const isZero = Number(text) === 0;
  if (value < 0 && !isZero) return "−" + text;
  return plus && !isZero ? "+" + text : text;
}

/** Draws 28 × 28 numbers from 0, black, to 1, white. */
function drawGrey(canvas, values) {
  drawPixels(canvas, values, (v) => [255 * v, 255 * v, 255 * v]);
}

/** Draws 28 × 28 numbers: blue is positive, orange negative, black 0; `most` is brightest. */
function drawSigned(canvas, values, most) {
  drawPixels(canvas, values, (v) => {
    const strength = Math.min(1, Math.abs(v) / most) ** 0.8;
    return (v > 0 ? BLUE : ORANGE).map((channel) => channel * strength);
  });
}

function drawPixels(canvas, values, colour) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  values.forEach((value, i) => image.data.set([...colour(value), 255], 4 * i));
  context.putImageData(image, 0, 0);
}

/** Returns the value that a part of the absolute values stay below: a few extremes may clip. */
function quantile(values, part) {
  const sorted = Float64Array.from(values, Math.abs).sort();
  return sorted[Math.floor(part * (sorted.length - 1))] || 1;
}

/** Returns an SVG element. */
function svg(tag, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

/** Returns a function from [from, to] to [start, end]. */
function scaled(from, to, start, end) {
  return (value) => start + ((value - from) / (to - from || 1)) * (end - start);
}

/** Returns an SVG line through points. */
function line(points, attributes) {
  const text = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  return svg("polyline", { points: text, fill: "none", ...attributes });
}

/** Returns a canvas of 28 × 28 pixels in a button or a plain box. */
function tile(parent, label, open) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  const box = document.createElement(open ? "button" : "span");
  if (open) {
    box.type = "button";
    box.addEventListener("click", open);
    box.setAttribute("aria-label", label);
  } else {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
  }
  box.append(canvas);
  parent.append(box);
  return canvas;
}

/** Fills a table from a caption, heads, and rows of cells; a cell is text or [text, style]. */
function fillTable(table, caption, heads, rows) {
  const cell = (tag, content, attributes = {}) => {
    const element = Object.assign(document.createElement(tag), attributes);
    const [text, style] = [content].flat();
    element.textContent = text;
    if (style) element.style.cssText = style;
    return element;
  };
  const row = (cells) => {
    const element = document.createElement("tr");
    element.append(...cells);
    return element;
  };
  const head = document.createElement("thead");
  const body = document.createElement("tbody");
  head.append(row(heads.map((each) => cell("th", each, { scope: "col" }))));
  body.append(...rows.map(([first, ...rest]) => row([
    cell("th", first, { scope: "row" }), ...rest.map((each) => cell("td", each)),
  ])));
  table.replaceChildren(...(caption ? [cell("caption", caption)] : []), head, body);
}

/** Returns the 16 edge detectors of the lecture's hope: a bright bar between two dark ones. */
function hopedFor() {
  return Array.from({ length: 16 }, (_, n) => {
    const [row, column, angle] = [Math.floor(n / 4), n % 4, ((n * 5) % 8) * Math.PI / 8];
    const [x0, y0] = [5.5 + 5.7 * column, 5.5 + 5.7 * row];
    return Float64Array.from({ length: 784 }, (_, i) => {
      const [x, y] = [(i % 28) - x0, Math.floor(i / 28) - y0];
      const along = x * Math.cos(angle) + y * Math.sin(angle);
      const across = y * Math.cos(angle) - x * Math.sin(angle);
      const ridge = (1 - (across / 1.5) ** 2) * Math.exp(-((across / 1.9) ** 2));
      return ridge * Math.exp(-((along / 4) ** 4));
    });
  });
}
