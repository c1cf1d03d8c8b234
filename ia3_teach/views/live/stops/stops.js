/** Controls of few stops around a picture: what was seen or drawn ahead is there at once. */

import { h, labelled, menu, whenQuiet } from "../explorer/elements.js";
import { Pictures } from "./pictures.js";

const QUIET = 300; // milliseconds without a change, after which the words are announced
const FRAME = 500; // milliseconds that a film shows a picture

export class Stops {
  /**
   * `controls`: [{ name, stops, look, moves }]; `first` and `setting`: { name: stop }; `begin`: the picture there;
   * `ask(setting)` sends for another one, which arrives in `receive`; `moved(setting)` is told of every move.
   */
  constructor(place, { controls, first, setting, begin }, ask, moved) {
    Object.assign(this, { controls, first, moved, setting: { ...setting } });
    this.pictures = new Pictures(controls, ask, (drawn) => this.put(drawn));
    this.pictures.keep(first, begin);
    this.announce = whenQuiet(() => (this.spoken.textContent = this.words.textContent), QUIET);
    this.build();
    place.replaceChildren(this.element);
    this.show(controls[0].name);
    this.seen = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && this.pictures.ahead());
    this.seen.observe(this.element);
  }

  build() {
    this.inputs = Object.fromEntries(this.controls.map((control) => [control.name, this.input(control)]));
    const rows = this.controls.map(({ name }) => this.inputs[name].label);
    const reset = h("button", { type: "button", onclick: () => this.go(this.first) }, "Reset");
    this.picture = h("div", { class: "picture" });
    this.words = h("p", { class: "words" });
    this.spoken = h("p", { class: "spoken", role: "status" });
    const parts = [...rows, h("div", { class: "line" }, reset), this.picture, this.words, this.spoken];
    for (const [name, { field }] of Object.entries(this.inputs)) field.setAttribute("aria-label", name); // without its stops
    this.element = h("section", { class: "ia3-stops", "aria-label": "A picture with controls" }, ...parts);
  }

  input({ name, stops, look }) {
    if (look === "menu") return this.menu(name, stops);
    if (look === "switch") return this.toggle(name, stops);
    const number = h("span", { class: "number", "aria-hidden": "true" }); // the slider says it itself
    const turn = () => this.move(name, stops[Number(range.value)]);
    const range = h("input", { type: "range", min: 0, max: stops.length - 1, step: 1, oninput: turn });
    const put = (stop) => {
      range.value = stops.indexOf(stop);
      number.textContent = stop;
      range.setAttribute("aria-valuetext", stop);
    };
    const line = labelled(name, range, number);
    return { put, field: range, label: look === "film" ? h("div", { class: "row" }, line, this.player(name, stops)) : line };
  }

  menu(name, stops) {
    const select = menu(Object.fromEntries(stops.map((stop) => [stop, stop])), stops[0], (stop) => this.move(name, stop));
    return { put: (stop) => (select.value = stop), field: select, label: labelled(name, select) };
  }

  toggle(name, [off, on]) {
    const box = h("input", { type: "checkbox", onchange: () => this.move(name, box.checked ? on : off) });
    return { put: (stop) => (box.checked = stop === on), field: box, label: labelled(name, box) };
  }

  /** Play and Stop: from the first picture, or from where it stands, to the last. */
  player(name, stops) {
    const step = () => {
      const next = stops[(stops.indexOf(this.setting[name]) + 1) % stops.length];
      this.move(name, next);
      if (next === stops.at(-1)) this.stop();
    };
    this.stop = () => {
      clearInterval(this.timer);
      [this.timer, button.textContent] = [0, "Play"];
    };
    const play = () => ((this.timer = setInterval(step, FRAME)), (button.textContent = "Stop"), step());
    const button = h("button", { type: "button", onclick: () => (this.timer ? this.stop() : play()) }, "Play");
    return button;
  }

  /** One control to another stop, and with it the others that this stop puts in place. */
  move(name, stop) {
    const { moves } = this.controls.find((control) => control.name === name);
    this.go({ ...this.setting, [name]: stop, ...moves[stop] }, name);
  }

  go(setting, name = this.controls[0].name) {
    this.setting = { ...setting };
    this.show(name);
    this.moved(this.setting);
  }

  show(name) {
    for (const control of this.controls) this.inputs[control.name].put(this.setting[control.name]);
    this.element.setAttribute("aria-busy", "true");
    this.pictures.want(this.setting, name);
  }

  /** The picture that is wanted has come. */
  put({ picture, words }) {
    this.element.removeAttribute("aria-busy");
    this.picture.innerHTML = picture;
    this.words.textContent = words;
    this.announce();
  }

  end() {
    this.seen.disconnect();
    this.stop?.();
  }
}
