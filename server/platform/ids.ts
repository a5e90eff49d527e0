import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's base 32, lower case

/** The prefixes in use; an id says what it names. */
export type IdPrefix =
  | 'per'
  | 'ase'
  | 'otl'
  | 'team'
  | 'inv'
  | 'tok'
  | 'key'
  | 'prj'
  | 'upl'
  | 'ses'
  | 'run'
  | 'prm'
  | 'agr'
  | 'sug'
  | 'tsk'
  | 'chk'
  | 'fil'
  | 'cmd'
  | 'tkt'
  | 'blb'
  | 'str'
  | 'pro'
  | 'img'
  | 'lnk'
  | 'gst'
  | 'cmt'
  | 'thr'
  | 'cnv'
  | 'com'
  | 'aud'
  | 'req'
  | 'node'
  | 'dlp'
  | 'apr' // approval rule
  | 'gse' // guard setting
  | 'gru'
  | 'gdn'
  | 'kpt'
  | 'gca'
  | 'msg'
  | 'mcl'
  | 'pov'
  | 'bud'
  | 'bev'
  | 'bra'
  | 'prv'
  | 'mdl'
  | 'mtg'
  | 'cag'
  | 'mcp';

let lastTime = 0;
let counter = 0;

/**
 * A new id: the prefix, 48 bits of milliseconds and 80 bits more, of which the first 15 count up within a millisecond from a random start
 * (RFC 9562, section 6.2, method 1) and the rest is random. So the ids of one process sort by the order of their making, those of several
 * by its millisecond.
 */
export function newId(prefix: IdPrefix): string {
  const now = Date.now();
  if (now !== lastTime) {
    lastTime = now;
    counter = someRandom(2).readUInt16BE() & 0x3fff;
  } else counter++;
  let tail = '';
  for (const byte of someRandom(13)) tail += alphabet.charAt(byte & 31);
  return `${prefix}_${digits(now, 10)}${digits(counter, 3)}${tail}`;
}

const drawn = { bytes: Buffer.alloc(0), used: 0 };

/** Asking the system each time costs more than all the rest of an id, and a model call has several. */
function someRandom(size: number): Buffer {
  if (drawn.used + size > drawn.bytes.length) {
    drawn.bytes = randomBytes(4_096);
    drawn.used = 0;
  }
  drawn.used += size;
  return drawn.bytes.subarray(drawn.used - size, drawn.used);
}

function digits(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = alphabet.charAt(rest % 32) + text;
  return text;
}
