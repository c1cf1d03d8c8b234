/** A model that is asked again and again while vectors move: only layers from the first that moved are computed. */

import { promptFor, scoresOf, shares } from "../answers.js";
import { Bert } from "../bert.js";
import { Bloom } from "../bloom.js";
import { readSafetensors } from "../safetensors.js";
import { Tokenizer } from "../tokenizer.js";
import { firstDifference } from "../vectors.js";

const LONGEST = 160; // tokens; more would make the map lag behind the hand

export class LiveAnswers {
  /** `facts`: { type, config, tokenizer, head }; `weights`: the bytes of a safetensors file. */
  constructor({ type, config, tokenizer, head }, weights) {
    const { tensors } = readSafetensors(weights);
    this.classifies = type === "bert";
    this.model = this.classifies ? new Bert(tensors, config, headOf(tensors, head)) : new Bloom(tensors, config);
    this.tokenizer = new Tokenizer(tokenizer);
    this.seats = new Map();
  }

  /** What is wrong with a text, or "". */
  refusal(text) {
    if (!text.trim()) return "Write a sentence, and the model will answer.";
    const length = this.tokenizer.whole(text).length;
    return length > LONGEST ? `This text has ${length} tokens; up to ${LONGEST} are read here. Shorten it.` : "";
  }

  /** The share of each label. Each `seat` keeps its own memory: what moves in one does not disturb the others. */
  ask(seat, text, { question, labels }, vectors) {
    const prompt = this.classifies ? text : promptFor(text, question);
    const key = JSON.stringify([prompt, labels]);
    const known = this.seats.get(seat);
    if (known?.key !== key) return this.keep(seat, key, vectors, this.scores(prompt, labels, vectors, {}));
    const from = firstDifference(known.vectors, vectors);
    if (from === this.model.layers.length) return known.shares;
    return this.keep(seat, key, vectors, this.scores(prompt, labels, vectors, { ...known.memory, from }));
  }

  scores(prompt, labels, vectors, memory) {
    if (!this.classifies) return scoresOf(this.model, this.tokenizer, prompt, labels, vectors, memory);
    const ids = memory.ids ?? this.tokenizer.whole(prompt);
    const { logits, cache } = this.model.forward(ids, vectors, memory);
    return { scores: [...logits[0]], memory: { ids, cache } };
  }

  keep(seat, key, vectors, { scores, memory }) {
    this.seats.set(seat, { key, vectors, memory, shares: shares(scores) });
    return this.seats.get(seat).shares;
  }
}

/** The classifier that was trained with an adapter lies beside the weights. */
function headOf(tensors, name) {
  return { weight: tensors[`${name}.weight`], bias: tensors[`${name}.bias`] };
}
