/** The vectors as they lie on the map: chosen, mixed, dialled, moved; each step is done again only if it must be. */

import { dialled, mapped } from "../vectors.js";
import { randomControl } from "./control.js";
import { moved } from "./edits.js";

export class Learned {
  /** `sets` is { name: { l_k: [array of each layer], ... } }, all of the same shapes. */
  constructor(sets, store) {
    this.sets = sets;
    this.store = store;
    this.shapes = shapesOf(Object.values(sets)[0]);
    this.memory = {};
  }

  /** Of the chosen task, mixed with the other if wanted, at λ; nothing moved. */
  base() {
    const [task, other, together, share, strength] = this.wanted("task", "other", "together", "share", "strength");
    return this.once("base", [task, other, together, share, strength], () => {
      const mixes = other && together === "mixed";
      return dialled(mixes ? mean(this.sets[task], this.sets[other], share) : this.sets[task], strength);
    });
  }

  /** Of the other task, to look at beside the first; null where none is wanted. */
  beside() {
    const [other, together, strength] = this.wanted("other", "together", "strength");
    if (!other || together === "mixed") return null;
    return this.once("beside", [other, strength], () => dialled(this.sets[other], strength));
  }

  /** After the reader's moves. */
  moved() {
    const base = this.base();
    const edits = this.store.get("edits");
    return this.once("moved", [base, edits], () => moved(base, edits, this.shapes));
  }

  /** After as many moves of other entries; null while nothing is moved. */
  control() {
    const [edits, seed] = this.wanted("edits", "seed");
    if (!edits.length) return null;
    const [base, after] = [this.base(), this.moved()];
    return this.once("control", [base, edits, seed], () => randomControl(base, after, edits, this.shapes, seed));
  }

  wanted(...names) {
    return names.map((name) => this.store.get(name));
  }

  once(name, keys, make) {
    const known = this.memory[name];
    if (!known || known.keys.some((key, i) => key !== keys[i])) this.memory[name] = { keys, value: make() };
    return this.memory[name].value;
  }
}

/** { l_k: [n_layers, d], ... } */
export function shapesOf(vectors) {
  return Object.fromEntries(Object.entries(vectors).map(([kind, layers]) => [kind, [layers.length, layers[0].length]]));
}

/** The weighted mean of two sets, as `combine` makes it in Python. */
export function mean(one, other, share) {
  return mapped(one, (array, kind, layer) => array.map((l, i) => (1 - share) * l + share * other[kind][layer][i]));
}

/** { l_k: [arrays], ... } from numbers that lie one after the other, and the shapes. */
export function setFrom(numbers, shapes) {
  let place = 0;
  return Object.fromEntries(
    Object.entries(shapes).map(([kind, [layers, channels]]) => [
      kind,
      Array.from({ length: layers }, () => Float64Array.from(numbers.subarray(place, (place += channels)))),
    ]),
  );
}

/** { task: its vectors, ... } from the numbers of all tasks, one task after the other. */
export function setsOf({ tasks, shapes }, numbers) {
  const size = Object.values(shapes).reduce((sum, [layers, channels]) => sum + layers * channels, 0);
  return Object.fromEntries(
    Object.keys(tasks).map((name, i) => [name, setFrom(numbers.subarray(i * size, (i + 1) * size), shapes)]),
  );
}
