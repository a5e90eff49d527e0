/**
 * How many tokens a text has, without the tokenizer of a model: an estimate, for reserving a budget before a call, for a
 * stream that was cut before its figures came, and for clients that ask for a count where the upstream has none. Words and
 * names cost a token for about five letters, digits one for three, other signs one each (runs of the same sign share), and
 * letters of scripts without spaces one each. Of a long text samples are counted.
 */
export function estimateTokens(text: string): number {
  if (text.length <= sampledFromChars) return countTokens(text, 0, text.length);
  const samples = Math.min(mostSamples, Math.ceil(text.length / charsPerSample));
  let counted = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const from = Math.floor(((text.length - sampleChars) * sample) / (samples - 1));
    counted += countTokens(text, from, from + sampleChars);
  }
  return Math.ceil((counted * text.length) / (samples * sampleChars));
}

/** A quarter of a long text is counted, of a very long one 16 Ki characters. */
const sampledFromChars = 4_096;
const sampleChars = 256;
const charsPerSample = 1_024;
const mostSamples = 64;

const [space, letter, digit, sign, wide] = [0, 1, 2, 3, 4];

/** How many characters of a run make one token, by kind. A single space belongs to the word after it. */
const charsPerToken = [8, 5, 3, 4, 1];

const asciiKinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[a-z]/i.test(char)) return letter;
  if (/\d/.test(char)) return digit;
  return /\s/.test(char) ? space : sign;
});

/** Scripts from the CJK blocks on are written without spaces. */
const firstWide = 0x2e80;

function countTokens(text: string, from: number, to: number): number {
  let tokens = 0;
  let kind = space;
  let length = 0;
  let last = 0;
  for (let i = from; i < to; i += 1) {
    const code = text.charCodeAt(i);
    const next = code < 128 ? (asciiKinds[code] ?? sign) : code < firstWide ? letter : wide;
    if (next !== kind || (kind === sign && code !== last)) {
      tokens += tokensOf(kind, length);
      kind = next;
      length = 0;
    }
    length += 1;
    last = code;
  }
  return tokens + tokensOf(kind, length);
}

function tokensOf(kind: number, length: number): number {
  if (length === 0 || (kind === space && length === 1)) return 0;
  return Math.ceil(length / (charsPerToken[kind] ?? 1));
}

/** What an image costs, about: a picture of the size that clients scale to. */
export const imageTokens = 1_500;
