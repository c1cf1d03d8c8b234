/** The answers to the reader's sentence: as learned, as moved, and with other entries moved at random. */

import { h } from "./elements.js";

export class AnswersPanel {
  constructor(live, tasks, store, learned) {
    Object.assign(this, { live, tasks, store, learned });
    this.element = h("div", { class: "answers" });
  }

  /** Ask again, as far as something that matters has moved. Returns the answers in words. */
  update() {
    const text = this.store.get("text");
    const problem = this.live.refusal(text);
    if (problem) {
      this.element.replaceChildren(h("p", { class: "problem" }, problem));
      return problem;
    }
    const asked = this.asked();
    this.element.replaceChildren(...asked.map((name) => this.table(name, text)));
    return asked.map((name) => this.words[name]).join(" ");
  }

  /** The chosen task's question, and the other's where its vectors are in play. */
  asked() {
    const [task, other] = [this.store.get("task"), this.store.get("other")];
    const both = other && this.tasks[other]?.question !== this.tasks[task].question && !this.live.classifies;
    return both ? [task, other] : [task];
  }

  rows() {
    const [moved, control, beside] = [this.learned.moved(), this.learned.control(), this.learned.beside()];
    const rows = [["as learned", "learned", this.learned.base()]];
    if (control) {
      const few = control.count < control.wanted ? ` (all ${control.count} that are left)` : "";
      rows.push(["as you moved it", "moved", moved], [`moved at random${few}`, "random", control.vectors]);
    }
    if (beside) rows.push([this.store.get("other"), "beside", beside]);
    return rows;
  }

  table(name, text) {
    const task = this.tasks[name];
    const head = h("tr", {}, h("td"), ...task.labels.map((label) => h("th", { scope: "col" }, label)));
    const said = [];
    const rows = this.rows().map(([words, seat, vectors]) => {
      const shares = this.live.ask(`${name} ${seat}`, text, task, vectors);
      const best = shares.indexOf(Math.max(...shares));
      said.push(`${words}: ${task.labels[best]} ${percent(shares[best])}`);
      const cells = shares.map((share, i) => cell(share, i === best));
      return h("tr", { class: `row-${seat}` }, h("th", { scope: "row" }, words), ...cells);
    });
    (this.words ??= {})[name] = `${said.join("; ")}.`;
    return h("table", {}, h("caption", {}, this.live.classifies ? "The classifier says" : task.question), head, ...rows);
  }
}

function cell(share, best) {
  const bar = h("span", { class: "bar", style: `width:${(100 * share).toFixed(1)}%` });
  const number = h("span", { class: "number" }, percent(share));
  return h("td", { class: best ? "best" : null }, h("span", { class: "track" }, bar), number);
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`; // a tenth, so that one who is sure is seen to waver
}
