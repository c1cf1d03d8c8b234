/** The one colour language: blue inhibits, white is 1, orange amplifies, black has no logarithm. On a log2 scale. */

const STOPS = ["#0b4a8f", "#5a9bd4", "#ffffff", "#f5a04a", "#bf5200"];
const STEPS = 255; // an odd number, so that one of them is white
const BLACK = 0xff000000;
const SMALLEST_LIMIT = 0.1;

const TABLE = Uint32Array.from({ length: STEPS }, (_, i) => packed(between((4 * i) / (STEPS - 1))));
const known = new WeakMap();

/** log2 of each entry, NaN where it is not above 0. An array that is not changed is not computed again. */
export function logsOf(array) {
  if (!known.has(array)) known.set(array, Float32Array.from(array, (l) => (l > 0 ? Math.log2(l) : NaN)));
  return known.get(array);
}

/** How far colours run: 1 % of all entries lie beyond, so that a few do not bleach the rest. */
export function limitOf(vectors) {
  const arrays = Object.values(vectors).flat();
  const sizes = new Float32Array(arrays.reduce((sum, l) => sum + l.length, 0));
  let count = 0;
  for (const l of arrays) for (const log of logsOf(l)) if (!Number.isNaN(log)) sizes[count++] = Math.abs(log);
  const sorted = sizes.subarray(0, count).sort();
  return Math.max(SMALLEST_LIMIT, sorted[Math.floor(0.99 * (count - 1))] ?? 0);
}

/** The colour of a log2 as a number for ImageData: alpha, blue, green, red. */
export function colourOf(log, limit) {
  if (Number.isNaN(log)) return BLACK;
  const place = Math.round(((log / limit + 1) / 2) * (STEPS - 1));
  return TABLE[Math.max(0, Math.min(STEPS - 1, place))];
}

/** The same for CSS. */
export function cssColour(log, limit) {
  const colour = colourOf(log, limit);
  return `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
}

/** A factor in words: × 1.43. */
export function factor(l) {
  return l === undefined ? "" : `× ${Math.abs(l) < 0.095 ? l.toFixed(3) : l.toFixed(2)}`;
}

function between(place) {
  const first = Math.min(3, Math.floor(place));
  const [one, other] = [STOPS[first], STOPS[first + 1]].map((colour) =>
    [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)),
  );
  return one.map((part, i) => Math.round(part + (place - first) * (other[i] - part)));
}

function packed([red, green, blue]) {
  return (BLACK | (blue << 16) | (green << 8) | red) >>> 0;
}
