/** The whole explorer, put together: controls, answers, maps, tables. It knows nothing of where it is shown. */

import { Acts } from "./acts.js";
import { AnswersPanel } from "./answers_panel.js";
import { read } from "./address.js";
import { sentenceControls, toolControls, vectorControls } from "./controls.js";
import { h, onceAFrame, whenQuiet } from "./elements.js";
import { entriesTable } from "./entries_table.js";
import { histogram } from "./histogram.js";
import { Learned, setFrom } from "./learned.js";
import { LiveAnswers } from "./live_answers.js";
import { Maps } from "./maps.js";
import { farthest } from "./order.js";
import { adapterFiles, download } from "./save.js";
import { selectionPanel } from "./selection_panel.js";
import { Store } from "./store.js";

const QUIET = 150; // milliseconds without a change, after which tables and announcements follow
const LISTED = 20;

export class Explorer {
  /** `facts`: { shapes, heads, tasks: { name: { question, labels, texts } }, model }; `numbers`: all values; `weights`: bytes or null. */
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
    this.later = whenQuiet(() => this.showTables(), QUIET);
    this.store.listen((names) => this.soon(names));
    new ResizeObserver(() => this.soon(["view"])).observe(this.maps.element);
    this.soon(["all"]);
  }

  build(place, weights) {
    const { store, facts, acts } = this;
    this.parts = [vectorControls(store, facts.tasks), toolControls(store, acts, (by) => (this.maps.zoom(by), this.soon(["view"]))), selectionPanel(store, acts)];
    if (weights) {
      this.parts.push(sentenceControls(store, facts.tasks));
      this.answers = new AnswersPanel(new LiveAnswers(facts.model, weights), facts.tasks, store, this.learned);
    }
    this.hovered = h("p", { class: "hovered" });
    this.acts.onHover = (text) => (this.hovered.textContent = text || "Point at the map for its numbers.");
    this.acts.onHover("");
    this.message = h("p", { class: "message", role: "status" });
    this.spoken = h("p", { class: "spoken", "aria-live": "polite" });
    this.strip = h("p", { class: "strip", "aria-hidden": "true" }); // on a phone the answers are far above the map
    this.bars = h("figure", { class: "histogram" });
    this.tables = h("div", { class: "tables" });
    const below = h("div", { class: "below" }, this.bars, this.tables);
    const [vectors, tools, selection, sentence] = this.parts.map((part) => part.element);
    const top = h("div", { class: "top" }, vectors, ...(sentence ? [sentence, this.answers.element] : []));
    const save = h("button", { onclick: () => this.save(), hidden: !facts.model }, "Save");
    tools.append(save);
    const whole = h("div", { class: "ia3-explorer" }, top, tools, this.message, this.maps.element, this.hovered, selection, below, this.spoken, this.strip);
    whole.explorer = this; // for whoever looks inside
    place.append(whole);
  }

  /** Redraw what the changed fields touch, answers last: the hand sees its map at once. */
  show(names) {
    this.fillSentence();
    for (const part of this.parts) part.show();
    this.message.textContent = this.store.get("message");
    this.maps.draw();
    if (this.answers && ![...names].every((name) => LOOKS.has(name))) this.strip.textContent = this.said = this.answers.update();
    this.later();
  }

  /** Each task begins with a sentence of its own. */
  fillSentence() {
    const { texts } = this.facts.tasks[this.store.get("task")];
    if (this.filled === this.store.get("task") || this.store.get("text")) return;
    this.filled = this.store.get("task");
    if (texts?.length) this.store.set({ text: texts[0] });
  }

  showTables() {
    const [base, moved] = [this.learned.base(), this.learned.moved()];
    const { svg, words } = histogram(base, moved, this.maps.limit());
    this.bars.replaceChildren(svg, h("figcaption", {}, `${words}. Heights are square roots; the line is what was learned.`));
    const go = ({ kind, layer, channel }) => this.go(kind, layer, channel);
    const pinned = this.store.get("pinned").map((entry) => {
      const [kind, layer, channel] = entry.split(".");
      return { kind, layer: Number(layer), channel: Number(channel) };
    });
    const pins = pinned.length ? [entriesTable("pinned", pinned, base, moved, go)] : [];
    this.keepingFocus(() =>
      this.tables.replaceChildren(...pins, entriesTable("farthest from 1", farthest(moved, LISTED), base, moved, go)),
    );
    const focus = this.store.get("focus");
    const here = focus ? `${this.acts.inWords(focus.kind, focus.layer, focus.channel)}. ` : "";
    this.spoken.textContent = here + (this.said ?? "");
  }

  /** A table made anew keeps the keyboard where it was. */
  keepingFocus(change) {
    const entry = this.tables.contains(document.activeElement) && document.activeElement.dataset.entry;
    change();
    if (entry) this.tables.querySelector(`[data-entry="${entry}"]`)?.focus();
  }

  go(kind, layer, channel) {
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
    download(adapterFiles(this.learned.moved(), this.facts.model, this.answers.live.model.head));
    this.store.set({ message: "Saved adapter_model.safetensors and adapter_config.json; put both into one directory." });
  }
}

/** Fields whose change leaves the answers as they are. */
const LOOKS = new Set(["view", "selection", "focus", "tool", "message", "pinned", "order"]);

function setsOf({ tasks, shapes }, numbers) {
  const size = Object.values(shapes).reduce((sum, [layers, channels]) => sum + layers * channels, 0);
  return Object.fromEntries(
    Object.keys(tasks).map((name, i) => [name, setFrom(numbers.subarray(i * size, (i + 1) * size), shapes)]),
  );
}
