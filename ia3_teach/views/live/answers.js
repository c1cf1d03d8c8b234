/** Rank classification: which answer word does the model find most likely? (Liu et al. 2022, section 3.2) */

import { logProbability } from "./products.js";

/** The form in which a task is put to a language model. */
export function promptFor(text, question) {
  return `${text}\nQuestion: ${question}\nAnswer:`;
}

/**
 * The mean log-probability of each answer's tokens after the prompt, and the cache for the next call.
 * With answers of one token one forward pass serves all of them.
 */
export function scoresOf(model, tokenizer, prompt, labels, vectors, memory = {}) {
  const ids = memory.prompt === prompt ? memory.ids : tokenizer.whole(prompt);
  const answers = labels.map((label) => tokenizer.encode(` ${label}`));
  const options = memory.prompt === prompt ? { cache: memory.cache, from: memory.from ?? 0 } : {};
  if (answers.every((answer) => answer.length === 1)) {
    const { logits, cache } = model.forward(ids, vectors, options);
    const scores = answers.map(([token]) => logProbability(logits[0], token));
    return { scores, memory: { prompt, ids, cache } };
  }
  const scores = answers.map((answer) => {
    const { logits } = model.forward([...ids, ...answer.slice(0, -1)], vectors, { keep: answer.length });
    return answer.reduce((sum, token, i) => sum + logProbability(logits[i], token), 0) / answer.length;
  });
  return { scores, memory: {} };
}

/** Shares of the answers alone: exp(score), made to add up to 1. */
export function shares(scores) {
  const most = Math.max(...scores);
  const odds = scores.map((score) => Math.exp(score - most));
  const sum = odds.reduce((a, b) => a + b);
  return odds.map((odd) => odd / sum);
}
