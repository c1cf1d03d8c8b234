/** One number from the frozen model (0) to the trained one (1) and beyond, and what the model answers on the way. */

import { slider } from "../explorer/controls.js";
import { h, labelled, menu, onceAFrame, whenQuiet } from "../explorer/elements.js";
import { dialled } from "../vectors.js";

const QUIET = 300; // milliseconds without a change, after which the answer is announced
const [LEAST, MOST, STEP] = [-1, 3, 0.05];
const AWAITED = "The model is still being read; it answers in a moment.";

export class Dial {
  /**
   * `tasks`: { name: { question, labels, texts } }; `first`: { text, along }, the sentence to begin with and the share
   * of each label at each stop. With these the dial of the first task turns before the model is there.
   */
  constructor(place, tasks, first) {
    Object.assign(this, { tasks, first, strength: 0, task: Object.keys(tasks)[0], live: null, without: AWAITED });
    this.soon = onceAFrame(() => this.show());
    this.announce = whenQuiet(() => (this.spoken.textContent = this.said), QUIET);
    this.build(first.text);
    place.replaceChildren(this.element);
    this.show();
  }

  /** The model is there: from now on any sentence is answered. `sets`: the vectors of each task. */
  wake(sets, live) {
    Object.assign(this, { sets, live });
    this.element.setAttribute("data-awake", "");
    this.show();
  }

  /** The model does not come; what was computed beforehand stays. */
  sleep(why) {
    this.without = why;
    this.show();
  }

  build(text) {
    const ask = () => this.soon(["text"]);
    this.box = h("textarea", { rows: 2, spellcheck: "false", oninput: ask }, text);
    const names = Object.fromEntries(Object.keys(this.tasks).map((name) => [name, name.replaceAll("_", " ")]));
    const task = menu(names, this.task, (name) => this.choose(name));
    const turn = (value) => ((this.strength = value), this.soon(["strength"]));
    const [range, label] = slider("λ", LEAST, MOST, STEP, turn);
    this.range = range;
    this.another = h("button", { type: "button", onclick: () => this.next() }, "Another example");
    const reset = h("button", { type: "button", onclick: () => turn(0) }, "Back to λ = 0");
    this.answers = h("table", { class: "answers" });
    this.message = h("p", { class: "said" });
    this.spoken = h("p", { class: "spoken", role: "status" });
    this.element = h(
      "section",
      { class: "ia3-dial", "aria-label": "A dial on a language model" },
      h("div", { class: "turn" }, label, marks(), h("div", { class: "line" }, reset)),
      this.message,
      this.answers,
      labelled("Your sentence", this.box),
      h("div", { class: "line" }, labelled("Task", task), this.another),
      this.spoken,
    );
  }

  /** Another task begins with its first example. */
  choose(name) {
    this.task = name;
    this.put(this.tasks[name].texts[0]);
  }

  /** The example after the one that stands there. */
  next() {
    const { texts } = this.tasks[this.task];
    this.put(texts[(texts.indexOf(this.box.value) + 1) % texts.length]);
  }

  put(text) {
    this.box.value = text;
    this.soon(["text"]);
  }

  /** Ask the model at this setting, and say what it answers. */
  show() {
    this.range.show(this.strength);
    const task = this.tasks[this.task];
    const problem = this.refusal();
    if (problem) this.answers.replaceChildren();
    this.said = problem || this.answer(task);
    this.message.textContent = this.said;
    this.announce();
  }

  /** What is wrong with the text, or missing for its answer; or "". */
  refusal() {
    if (this.live) return this.live.refusal(this.box.value);
    const begins = this.task === Object.keys(this.tasks)[0] && this.box.value === this.first.text;
    return begins ? "" : this.without;
  }

  shares(task) {
    if (!this.live) return this.first.along[Math.round((this.strength - LEAST) / STEP)];
    return this.live.ask(this.task, this.box.value, task, dialled(this.sets[this.task], this.strength));
  }

  answer(task) {
    const shares = this.shares(task);
    const best = shares.indexOf(Math.max(...shares));
    const rows = task.labels.map((label, i) => row(label, shares[i], i === best));
    this.answers.replaceChildren(h("caption", {}, task.question), ...rows);
    return `At λ = ${this.strength.toFixed(2)}${NAMED.get(this.strength) ?? ""}: ${task.labels[best]}, ${percent(shares[best])}.`;
  }
}

const NAMED = new Map([
  [0, ", the frozen model"],
  [1, ", as it was trained"],
]);

/** Words under the two settings that have a name: a quarter and a half of the way from -1 to 3. */
function marks() {
  return h("p", { class: "marks", "aria-hidden": "true" }, h("span", {}, "0 frozen"), h("span", {}, "1 trained"));
}

function row(label, share, best) {
  const bar = h("span", { class: "bar", style: `width:${(100 * share).toFixed(1)}%` });
  const cells = [h("td", { class: "wide" }, h("span", { class: "track" }, bar)), h("td", { class: "number" }, percent(share))];
  return h("tr", { class: best ? "best" : null }, h("th", { scope: "row" }, label), ...cells);
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
