/** The state as the end of an address (#task=sentiment&edits=l_ff.3.*x2), so that it can be shared. */

import { parse } from "./edits.js";
import { SHARED } from "./store.js";
import { ORDERS } from "./order.js";

/** The fields that differ from what the page shows at first. */
export function written(store) {
  const parameters = new URLSearchParams();
  for (const name of Object.keys(SHARED)) {
    const [value, first] = [store.get(name), store.first[name]];
    if (JSON.stringify(value) === JSON.stringify(first)) continue;
    parameters.set(name, Array.isArray(value) ? value.join(";") : value);
  }
  return parameters.toString();
}

/** The fields of an address, checked. Throws an Error that says what is wrong; then nothing is changed. */
export function read(text, sets, shapes) {
  const fields = {};
  for (const [name, value] of new URLSearchParams(text)) {
    if (!(name in SHARED)) continue; // an anchor or a mark of another page
    const first = SHARED[name];
    if (Array.isArray(first)) fields[name] = value ? value.split(";") : [];
    else fields[name] = typeof first === "number" ? Number(value) : value;
  }
  check(fields, sets, shapes);
  return fields;
}

/** Refuse what cannot be shown. */
export function check(fields, sets, shapes) {
  const tasks = Object.keys(sets);
  for (const name of ["task", "other"]) {
    const wanted = fields[name];
    const missing = wanted && !tasks.includes(wanted);
    if (missing) throw new Error(`there are no vectors of ${wanted}; there are ${tasks.join(", ")}`);
  }
  for (const name of ["share", "strength", "seed"]) {
    if (name in fields && !Number.isFinite(fields[name])) throw new Error(`${name} is a number; found ${fields[name]}`);
  }
  oneOf(fields, "order", Object.keys(ORDERS), "channels are sorted by");
  oneOf(fields, "together", ["apart", "mixed"], "two tasks are shown");
  for (const line of fields.edits ?? []) parse(line, shapes);
  for (const entry of fields.pinned ?? []) {
    if (!/^\w+\.\d+\.\d+$/.test(entry)) throw new Error(`"${entry}" is no entry; one looks like l_k.2.17`);
    parse(`${entry}x1`, shapes);
  }
}

function oneOf(fields, name, known, words) {
  if (fields[name] === undefined || known.includes(fields[name])) return;
  throw new Error(`${words} ${known.join(" or ")}; found ${fields[name]}`);
}
