// Pictures that are no digits.

/** Returns a source of random numbers from 0 to 1 that begins with a seed (mulberry32). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Returns 784 random pixels. */
const noise = (random) => Float64Array.from({ length: 784 }, random);

/** Returns the pixels in random order. */
function shuffled(pixels, random) {
  const result = Float64Array.from(pixels);
  for (let i = result.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [result[i], result[other]] = [result[other], result[i]];
  }
  return result;
}

/** Returns what the network says to noises: how often each digit, and the mean probability. */
function answersToNoises(layers, n, random) {
  const counts = new Array(10).fill(0);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const p = probabilities(forward(layers, noise(random)).activations.at(-1));
    const best = highest(p);
    counts[p.indexOf(best)] += 1;
    total += best / n;
  }
  return { counts, confidence: total };
}

/** The strokes of the 3 that draws itself. */
const THREE = [smooth([
  [0.34, 0.3], [0.4, 0.21], [0.5, 0.18], [0.61, 0.23], [0.63, 0.33], [0.57, 0.42], [0.46, 0.46],
  [0.59, 0.5], [0.67, 0.6], [0.64, 0.73], [0.52, 0.8], [0.4, 0.78], [0.31, 0.69],
])];

/** Returns a smooth line through points: a Catmull-Rom spline. */
function smooth(points) {
  const at = (i) => points[Math.min(points.length - 1, Math.max(0, i))];
  const blend = (i, t) => [0, 1].map((axis) => {
    const [a, b, c, d] = [-1, 0, 1, 2].map((k) => at(i + k)[axis]);
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t ** 3);
  });
  const steps = [0, 0.2, 0.4, 0.6, 0.8];
  return [...points.slice(0, -1).flatMap((_, i) => steps.map((t) => blend(i, t))), points.at(-1)];
}
