/** The whole explorer, put together: controls, answers, maps, tables. It knows nothing of where it is shown. */

import { Acts } from "./acts.js";
import { AnswersPanel } from "./answers_panel.js";
import { read } from "./address.js";
import { sentenceControls, toolControls, vectorControls } from "./controls.js";
import { h, onceAFrame, oncePainted, whenQuiet } from "./elements.js";
import { Learned, setsOf } from "./learned.js";
import { LiveAnswers } from "./live_answers.js";
import { Maps } from "./maps.js";
import { adapterFiles, download } from "./save.js";
import { selectionPanel } from "./selection_panel.js";
import { Store } from "./store.js";
import { Tables } from "./tables.js";

const QUIET = 150; // milliseconds without a change, after which tables and announcements follow

export class Explorer {
  /**
   * `facts`: { shapes, heads, tasks: { name: { question, labels, texts } }, model }; `numbers`: all values, set after
   * set; `weights`: the bytes of a safetensors file, or null for the map alone; `first`: fields to begin with.
   */
  constructor(place, facts, numbers, weights, first = {}) {
    this.facts = facts;
    const sets = setsOf(facts, numbers);
    this.store = new Store({ task: Object.keys(sets)[0], ...first });
    this.learned = new Learned(sets, this.store);
    this.maps = new Maps(this.store, this.learned);
    this.acts = new Acts(this.store, this.learned, this.maps.bands, () => this.soon(["view"]));
    this.acts.heads = facts.heads;
    this.maps.connect(this.acts);
    this.build(place, weights);
    this.soon = onceAFrame((names) => this.show(names));
    this.answer = oncePainted(() => this.showAnswers());
    this.later = whenQuiet(() => this.showTables(), QUIET);
    this.store.listen((names) => this.soon(names));
    new ResizeObserver(() => this.soon(["view"])).observe(this.maps.element);
    this.followTheme();
    this.soon(["all"]);
  }

  /** The numbers on the maps have the colour of the text around them, on paper too. */
  followTheme() {
    const again = () => this.soon(["view"]);
    const themes = { subtree: true, attributeFilter: ["data-theme", "data-jp-theme-light"] };
    this.themed = new MutationObserver(again);
    this.themed.observe(document.documentElement, themes);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    addEventListener("beforeprint", () => this.maps.draw());
  }

  build(place, weights) {
    const { store, facts, acts } = this;
    const zoom = (by) => (this.maps.zoom(by), this.soon(["view"]));
    const vectors = vectorControls(store, facts.tasks);
    const tools = toolControls(store, acts, zoom);
    const selection = selectionPanel(store, acts);
    const sentence = weights ? [sentenceControls(store, facts.tasks)] : [];
    const live = weights && new LiveAnswers(facts.model, weights);
    if (live) this.answers = new AnswersPanel(live, facts.tasks, store, this.learned);
    this.parts = [vectors, tools, selection, ...sentence];
    this.tables = new Tables(store, this.learned, this.maps, (entry) => this.go(entry));
    this.lines();
    tools.element.append(h("button", { onclick: () => this.save(), hidden: !facts.model }, "Save"));
    const asked = sentence.length ? [sentence[0].element, this.answers.element] : [];
    const above = [vectors.element, ...asked, tools.element, this.message];
    const below = [this.hovered, selection.element, this.tables.element, this.spoken, this.strip];
    const whole = h("div", { class: "ia3-explorer" }, ...above, this.maps.element, ...below);
    whole.explorer = this; // for whoever looks inside
    place.append(whole);
  }

  /** Lines of text: what the hand points at, messages, what is announced, and the answers for a narrow screen. */
  lines() {
    this.hovered = h("p", { class: "hovered" });
    this.message = h("p", { class: "message", role: "status" });
    this.spoken = h("p", { class: "spoken", "aria-live": "polite" });
    this.strip = h("p", { class: "strip", "aria-hidden": "true" });
    this.acts.onHover = (text) => (this.hovered.textContent = text || "Point at the map for its numbers.");
    this.acts.onHover("");
  }

  /** Redraw what the changed fields touch; answers come when that is painted: the hand sees its map at once. */
  show(names) {
    this.fillSentence();
    for (const part of this.parts) part.show();
    this.message.textContent = this.store.get("message");
    this.maps.draw();
    const changed = [...names].some((name) => !LOOKS.has(name));
    if (this.answers && !this.said) this.showAnswers(); // at first, so that nothing jumps when they come
    else if (this.answers && changed) this.answer();
    this.later();
  }

  /** What the model says now; the tables, and what is announced, wait for it. */
  showAnswers() {
    this.strip.textContent = this.said = this.answers.update();
    this.later();
  }

  /** Each task begins with a sentence of its own. */
  fillSentence() {
    const { texts } = this.facts.tasks[this.store.get("task")];
    if (this.filled === this.store.get("task") || this.store.get("text")) return;
    this.filled = this.store.get("task");
    if (texts?.length) this.store.set({ text: texts[0] });
  }

  /** Tables, and what screen readers are told: where the keyboard is, and the answers. */
  showTables() {
    this.tables.show();
    const focus = this.store.get("focus");
    const here = focus ? `${this.acts.inWords(focus.kind, focus.layer, focus.channel)}. ` : "";
    this.spoken.textContent = here + (this.said ?? "");
  }

  go({ kind, layer, channel }) {
    this.maps.bands.find((band) => band.kind === kind).reveal({ layer, channel });
    this.acts.focus(kind, layer, channel);
  }

  /** Take fields from an address or from Python; what cannot be shown is refused with a message. */
  take(text) {
    try {
      this.store.set(read(text, this.learned.sets, this.learned.shapes));
    } catch (error) {
      this.store.set({ message: `Not taken: ${error.message}.` });
    }
  }

  save() {
    const files = adapterFiles(this.learned.moved(), this.facts.model, this.answers.live.model.head);
    download(files);
    this.store.set({ message: `Saved ${Object.keys(files).join(" and ")}; put both into one directory.` });
  }
}

/** Fields whose change leaves the answers as they are. */
const LOOKS = new Set(["view", "selection", "focus", "tool", "message", "pinned", "order"]);
