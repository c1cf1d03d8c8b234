/** tiny-bert with a classification head: from token ids to logits, with the three vectors of each layer. */

import { added, attention, feedForward, layerOf } from "./block.js";
import { gelu, layerNorm, linear } from "./products.js";

export class Bert {
  /** `head` is { weight, bias } of the classifier, which comes with an adapter. */
  constructor(tensors, config, head) {
    const at = (name) => layerOf(tensors, `bert.${name}`);
    this.nHeads = config.num_attention_heads;
    this.epsilon = config.layer_norm_eps;
    this.words = tensors["bert.embeddings.word_embeddings.weight"];
    this.positions = tensors["bert.embeddings.position_embeddings.weight"];
    this.types = tensors["bert.embeddings.token_type_embeddings.weight"];
    this.embeddingNorm = at("embeddings.LayerNorm");
    this.pooler = at("pooler.dense");
    this.head = head;
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, number) => ({
      query: at(`encoder.layer.${number}.attention.self.query`),
      key: at(`encoder.layer.${number}.attention.self.key`),
      value: at(`encoder.layer.${number}.attention.self.value`),
      dense: at(`encoder.layer.${number}.attention.output.dense`),
      norm: at(`encoder.layer.${number}.attention.output.LayerNorm`),
      up: at(`encoder.layer.${number}.intermediate.dense`),
      down: at(`encoder.layer.${number}.output.dense`),
      secondNorm: at(`encoder.layer.${number}.output.LayerNorm`),
    }));
  }

  /** Logits of the classes, and the cache for a call in which only vectors from layer `from` on have moved. */
  forward(ids, vectors, { cache = null, from = 0 } = {}) {
    const T = ids.length;
    const done = cache ?? { inputs: [this.embed(ids)], parts: [] };
    let x = done.inputs[cache ? from : 0];
    for (let number = cache ? from : 0; number < this.layers.length; number++) {
      const { query, key, value } = this.layers[number];
      if (!cache || number > from) done.parts[number] = [query, key, value].map((layer) => linear(x, T, layer));
      x = this.block(number, x, done.parts[number], T, vectors);
      done.inputs[number + 1] = x;
    }
    const d = x.length / T;
    const pooled = linear(x.subarray(0, d), 1, this.pooler).map(Math.tanh);
    return { logits: [linear(pooled, 1, this.head)], cache: done };
  }

  embed(ids) {
    const d = this.words.shape[1];
    const x = new Float64Array(ids.length * d);
    ids.forEach((id, t) => {
      for (let i = 0; i < d; i++) {
        x[t * d + i] = this.words.data[id * d + i] + this.positions.data[t * d + i] + this.types.data[i];
      }
    });
    return layerNorm(x, ids.length, this.embeddingNorm, this.epsilon);
  }

  block(number, x, [q, k, v], T, { l_k, l_v, l_ff }) {
    const { dense, norm, up, down, secondNorm } = this.layers[number];
    const settings = { q, k, v, T, keep: T, nHeads: this.nHeads, causal: false, biasOf: () => 0 };
    const mixed = attention({ ...settings, l_k: l_k[number], l_v: l_v[number] });
    const h = layerNorm(added(linear(mixed, T, dense), x), T, norm, this.epsilon);
    const more = feedForward(linear(h, T, up), T, gelu, l_ff[number], down);
    return layerNorm(added(more, h), T, secondNorm, this.epsilon);
  }
}
