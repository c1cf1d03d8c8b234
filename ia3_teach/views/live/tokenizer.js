/** Byte-level BPE, read from tokenizer.json: split into words, words into bytes, then join the best pairs. */

// GPT-2's way to cut a text into words, spaces kept in front of them.
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

export class Tokenizer {
  /** `file` is the parsed tokenizer.json. */
  constructor(file) {
    this.ids = file.model.vocab;
    this.texts = Object.fromEntries(Object.entries(this.ids).map(([text, id]) => [id, text]));
    const pairs = file.model.merges.map((pair) => (Array.isArray(pair) ? pair.join(" ") : pair));
    this.rank = new Map(pairs.map((pair, number) => [pair, number]));
    this.special = Object.fromEntries(file.added_tokens.map(({ content, id }) => [content, id]));
    for (const [content, id] of Object.entries(this.special)) this.texts[id] = content;
    this.template = file.post_processor?.single ?? [{ Sequence: { id: "A" } }];
    this.unknown = this.special[file.model.unk_token];
    this.known = new Map();
  }

  /** The token ids of a text with the special tokens that its model wants around it, as BERT's [CLS] and [SEP]. */
  whole(text) {
    return this.template.flatMap((piece) =>
      piece.SpecialToken ? [this.special[piece.SpecialToken.id]] : this.encode(text),
    );
  }

  /** The token ids of a text alone. */
  encode(text) {
    const names = Object.keys(this.special).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const parts = text.split(new RegExp(`(${names.join("|")})`));
    return parts.flatMap((part) =>
      part in this.special ? [this.special[part]] : (part.match(WORDS) ?? []).flatMap((word) => this.word(word)),
    );
  }

  /** The text of token ids, special tokens left out. */
  decode(ids) {
    const letters = [...ids].map((id) => (Object.values(this.special).includes(id) ? "" : this.texts[id])).join("");
    return new TextDecoder().decode(Uint8Array.from([...letters].map((letter) => BYTE_OF.get(letter) ?? 63)));
  }

  word(word) {
    if (!this.known.has(word)) this.known.set(word, this.joined([...new TextEncoder().encode(word)]));
    return this.known.get(word);
  }

  /** Join the neighbours whose pair was learned first, until no known pair is left. */
  joined(bytes) {
    const parts = bytes.map((byte) => LETTERS[byte]);
    for (;;) {
      let best = Infinity;
      let at = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = this.rank.get(`${parts[i]} ${parts[i + 1]}`) ?? Infinity;
        if (rank < best) [best, at] = [rank, i];
      }
      if (at < 0) return parts.map((part) => this.ids[part] ?? this.unknown);
      parts.splice(at, 2, parts[at] + parts[at + 1]);
    }
  }
}

/** A visible letter for each byte: itself where it is printable, else one from 256 on (GPT-2's table). */
const LETTERS = (() => {
  const shown = (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(shown(byte) ? byte : next++));
})();
const BYTE_OF = new Map(LETTERS.map((letter, byte) => [letter, byte]));
