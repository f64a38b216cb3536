// From strokes to pixels, as MNIST was made.
// A stroke is a list of points [x, y] in the unit square; pixels are 784 numbers from 0 to 1.

const PEN = 2.6; // width of a stroke in pixels: the mean of MNIST
const FINE = 8; // subpixels along each side of a pixel

/** Returns the 784 pixels of strokes; `centred` fits and centres them as MNIST did. */
function pixelsOf(strokes, centred) {
  if (strokes.length === 0) return new Float64Array(784);
  if (!centred) return toUnit(brightened(rasterised(strokes, (x) => x * 28, (y) => y * 28, 28)));
  return toUnit(centredByMass(brightened(fitted(strokes))));
}

/** Returns 20 × 20 coverages of the strokes, whose ink touches the longer sides of that box. */
function fitted(strokes) {
  const [xs, ys] = [0, 1].map((axis) => strokes.flat().map((point) => point[axis]));
  const [left, right, top, bottom] = [lowest(xs), highest(xs), lowest(ys), highest(ys)];
  const side = Math.max(right - left, bottom - top);
  const scale = side > 0 ? (20 - PEN) / side : 0; // a dot stays a dot
  const toX = (x) => 10 + (x - (left + right) / 2) * scale;
  const toY = (y) => 10 + (y - (top + bottom) / 2) * scale;
  return rasterised(strokes, toX, toY, 20);
}

const lowest = (values) => values.reduce((a, b) => Math.min(a, b));
const highest = (values) => values.reduce((a, b) => Math.max(a, b));

/** Returns for each pixel of a square how many of its subpixels are inked. */
function rasterised(strokes, toX, toY, side) {
  const n = side * FINE;
  const inked = new Uint8Array(n * n);
  for (const stroke of strokes) {
    const points = stroke.map(([x, y]) => [toX(x), toY(y)]);
    points.forEach((point, k) => inkSegment(inked, n, points[Math.max(k - 1, 0)], point));
  }
  const counts = new Float64Array(side * side);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      counts[Math.floor(row / FINE) * side + Math.floor(column / FINE)] += inked[row * n + column];
    }
  }
  return counts;
}

/** Inks the subpixels whose centres are within half the pen's width of a segment. */
function inkSegment(inked, n, [x0, y0], [x1, y1]) {
  const radius = PEN / 2;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length2 = dx * dx + dy * dy;
  const first = (v) => Math.max(0, Math.floor((v - radius) * FINE) - 1);
  const last = (v) => Math.min(n - 1, Math.ceil((v + radius) * FINE) + 1);
  for (let row = first(Math.min(y0, y1)); row <= last(Math.max(y0, y1)); row++) {
    for (let column = first(Math.min(x0, x1)); column <= last(Math.max(x0, x1)); column++) {
      const [x, y] = [(column + 0.5) / FINE - x0, (row + 0.5) / FINE - y0];
      const along = length2 > 0 ? Math.min(1, Math.max(0, (x * dx + y * dy) / length2)) : 0;
      const [u, v] = [x - along * dx, y - along * dy];
      if (u * u + v * v <= radius * radius) inked[row * n + column] = 1;
    }
  }
}

/** Returns values from 0 to 255, rounded, the largest of which is 255. */
function brightened(counts) {
  const most = highest(counts);
  return counts.map((count) => (most > 0 ? Math.floor((count / most) * 255 + 0.5) : 0));
}

/** Returns 28 × 28 values: the 20 × 20, moved by whole pixels to their centre of mass. */
function centredByMass(box) {
  let [mass, massX, massY] = [0, 0, 0];
  box.forEach((value, i) => {
    mass += value;
    massX += value * (i % 20);
    massY += value * Math.floor(i / 20);
  });
  const [left, top] = [Math.floor(14.5 - massX / mass), Math.floor(14.5 - massY / mass)];
  const image = new Float64Array(784);
  box.forEach((value, i) => {
    const [column, row] = [left + (i % 20), top + Math.floor(i / 20)];
    if (column >= 0 && column < 28 && row >= 0 && row < 28) image[row * 28 + column] = value;
  });
  return image;
}

const toUnit = (values) => values.map((value) => value / 255);
