/**
 * What was moved, as text that fits into an address: which entries, then x and a factor or = and a value.
 *
 *   l_k.2.17x1.5       one entry        l_ff.3.*x2      a layer of l_ff      l_v.*.*x0.5     a kind
 *   *.2.*x1.1          a whole layer    l_k.0.3-9|l_k.1.4,7=1                a brushed group
 *
 * A list of such lines is also its own history: undo takes the last one away.
 */

const RANGES = "(?:\\*|\\d+(?:-\\d+)?(?:,\\d+(?:-\\d+)?)*)";
const PART = `(?:\\*|\\w+)\\.${RANGES}\\.${RANGES}`;
const FORM = new RegExp(`^(${PART}(?:\\|${PART})*)(x|=)(-?\\d+(?:\\.\\d+)?(?:e-?\\d+)?)$`);

/** { places, how, amount } of a line; places is what `placesOf` makes. Throws an Error that says what is wrong. */
export function parse(line, shapes) {
  const found = FORM.exec(line);
  if (!found) throw new Error(`"${line}" is no move; one looks like l_k.2.17x1.5 or l_ff.3.*=1`);
  return { target: found[1], places: placesOf(found[1], shapes), how: found[2], amount: Number(found[3]) };
}

/** [[kind, layer, channels]] of a target such as "l_k.0-1.3-9": one item for each vector that it touches. */
export function placesOf(target, shapes) {
  return target.split("|").flatMap((part) => {
    const [kind, layers, channels] = part.split(".");
    const kinds = kind === "*" ? Object.keys(shapes) : [kind];
    return kinds.flatMap((name) => {
      if (!shapes[name]) throw new Error(`there is no kind ${name}; there are ${Object.keys(shapes).join(", ")}`);
      const [rows, columns] = shapes[name];
      const listed = numbers(channels, columns, `${name}, channel`);
      return numbers(layers, rows, `${name}, layer`).map((layer) => [name, layer, listed]);
    });
  });
}

/** The numbers of "3-5,9" or "*". */
function numbers(ranges, size, what) {
  if (ranges === "*") return Array.from({ length: size }, (_, i) => i);
  return ranges.split(",").flatMap((range) => {
    const [from, to = from] = range.split("-").map(Number);
    if (to >= size || from > to) throw new Error(`${what} ${range}: they run from 0 to ${size - 1}`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** "3-5,9" of [3, 4, 5, 9]; "*" if these are all of `size`. */
export function ranges(sorted, size) {
  if (sorted.length === size) return "*";
  const runs = [];
  for (const number of sorted) {
    const last = runs.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

/** The vectors after all moves; arrays that no move touches are the very same ones. */
export function moved(vectors, lines, shapes) {
  const result = Object.fromEntries(Object.entries(vectors).map(([kind, layers]) => [kind, [...layers]]));
  const own = new Set();
  for (const line of lines) {
    const { places, how, amount } = parse(line, shapes);
    for (const [kind, layer, channels] of places) {
      if (!own.has(`${kind}.${layer}`)) result[kind][layer] = result[kind][layer].slice();
      own.add(`${kind}.${layer}`);
      const array = result[kind][layer];
      for (const i of channels) array[i] = how === "x" ? array[i] * amount : amount;
    }
  }
  return result;
}

/** The moves with one more, joined to the last one where that moved the same entries by a factor. */
export function withMove(lines, target, how, amount) {
  const last = FORM.exec(lines.at(-1) ?? "");
  const joins = last && last[1] === target && how === "x" && last[2] === "x";
  const replaces = last && last[1] === target && how === "=";
  const before = joins || replaces ? lines.slice(0, -1) : lines;
  const number = how === "x" ? snapped(joins ? Number(last[3]) * amount : amount) : amount;
  if (how === "x" && number === 1) return before;
  return [...before, `${target}${how}${Number(number.toPrecision(6))}`];
}

/** A factor whose log2 is a multiple of 1/100, so that four small steps and one large one end at the same place. */
function snapped(factor) {
  return 2 ** (Math.round(100 * Math.log2(factor)) / 100);
}

/** By which factor the last move moved these entries; 1 if it did not. */
export function lastFactor(lines, target) {
  const last = FORM.exec(lines.at(-1) ?? "");
  return last && last[1] === target && last[2] === "x" ? Number(last[3]) : 1;
}
