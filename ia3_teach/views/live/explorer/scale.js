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

/** How far colours run: 1 % of all entries lie beyond, so that a few do not bleach the rest. Exact to 1/256. */
export function limitOf(vectors) {
  const counts = new Uint32Array(32 * 256); // of |log2 l|, in steps of 1/256
  let left = 0;
  for (const l of Object.values(vectors).flat()) {
    for (const log of logsOf(l)) {
      if (Number.isNaN(log)) continue;
      counts[Math.min(counts.length - 1, Math.floor(256 * Math.abs(log)))]++;
      left += 0.01;
    }
  }
  let step = counts.length - 1;
  while (step > 0 && counts[step] <= left) left -= counts[step--];
  return Math.max(SMALLEST_LIMIT, (step + 1) / 256);
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
  const small = l !== 0 && Math.abs(l) < 0.095;
  return `× ${small ? l.toPrecision(2) : l.toFixed(2)}`.replace("-", "−");
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
