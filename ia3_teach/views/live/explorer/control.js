/** The control: as many other entries, drawn at random, moved by the same factors. Does *which* entries matter? */

import { parse } from "./edits.js";

/** { vectors, count, wanted }: `count` entries were moved; fewer than `wanted` where no more are left. */
export function randomControl(base, after, lines, shapes, seed) {
  const touched = touchedPlaces(lines, shapes);
  const factors = [];
  const others = [];
  for (const [kind, layers] of Object.entries(base)) {
    layers.forEach((array, layer) => {
      const mine = touched.get(`${kind}.${layer}`);
      for (let i = 0; i < array.length; i++) {
        if (mine?.has(i)) factors.push(array[i] ? after[kind][layer][i] / array[i] : 1);
        else others.push([kind, layer, i]);
      }
    });
  }
  const vectors = Object.fromEntries(Object.entries(base).map(([kind, layers]) => [kind, layers.map((l) => l.slice())]));
  const count = Math.min(factors.length, others.length);
  const random = generator(seed);
  for (let drawn = 0; drawn < count; drawn++) {
    const at = drawn + Math.floor(random() * (others.length - drawn));
    [others[drawn], others[at]] = [others[at], others[drawn]];
    const [kind, layer, i] = others[drawn];
    vectors[kind][layer][i] *= factors[drawn];
  }
  return { vectors, count, wanted: factors.length };
}

/** { "l_k.2": set of channels } of all moves. */
export function touchedPlaces(lines, shapes) {
  const touched = new Map();
  for (const line of lines) {
    for (const [kind, layer, channels] of parse(line, shapes).places) {
      const key = `${kind}.${layer}`;
      if (!touched.has(key)) touched.set(key, new Set());
      for (const i of channels) touched.get(key).add(i);
    }
  }
  return touched;
}

/** Numbers in [0, 1) that depend on the seed alone (a linear congruence, modulus 2^32). */
export function generator(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let i = 0; i < 4; i++) next(); // the first ones of neighbouring seeds are alike
  return next;
}
