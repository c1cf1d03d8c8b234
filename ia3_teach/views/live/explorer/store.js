/** What the reader has chosen: a handful of fields, told to everyone who listens. */

/** Shared with Python (traits of these names) and with the page's address. */
export const SHARED = {
  task: "", // whose vectors
  other: "", // and whose beside or into them; "" for none
  together: "apart", // or "mixed"
  share: 0.5, // of the other, when mixed
  strength: 1, // λ of the whole
  text: "", // the reader's own sentence
  edits: [], // what was moved, in order: see edits.js
  pinned: [], // entries to keep an eye on: "l_k.2.17"
  order: "channel", // of the channels on the map
  seed: 0, // of the random control
};

/** Seen on this page only. */
const PRIVATE = { selection: "", focus: null, tool: "move", message: "" };

export class Store {
  constructor(first = {}) {
    this.fields = { ...structuredClone(SHARED), ...structuredClone(PRIVATE), ...first };
    this.first = structuredClone(this.fields);
    this.listeners = new Set();
  }

  get(name) {
    return this.fields[name];
  }

  /** Change some fields at once; listeners get the names of those that are different now. */
  set(changes) {
    const changed = Object.keys(changes).filter((name) => !same(this.fields[name], changes[name]));
    if (!changed.length) return;
    for (const name of changed) this.fields[name] = changes[name];
    for (const listener of this.listeners) listener(changed);
  }

  /** Everything as it was at first, but for the sentence, which is the reader's own. */
  reset() {
    const { text, ...first } = structuredClone(this.first);
    this.set({ ...first, message: "Everything is as it was learned." });
  }

  /** Calls `listener(names)` after each change; returns what stops it. */
  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function same(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
