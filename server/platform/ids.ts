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

/** A new id: the prefix, 48 bits of milliseconds and 80 random bits, so ids sort by time of making. */
export function newId(prefix: IdPrefix): string {
  let time = Date.now();
  let head = '';
  for (let i = 0; i < 10; i++) {
    head = alphabet.charAt(time % 32) + head;
    time = Math.floor(time / 32);
  }
  let tail = '';
  for (const byte of randomBytes(16)) tail += alphabet.charAt(byte & 31);
  return `${prefix}_${head}${tail}`;
}
