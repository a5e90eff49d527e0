import { entropyOf } from './entropy.ts';
import { isFiller } from './fillers.ts';
import type { Finding, Severity } from './finding.ts';

/** A secret that is a whole word of the text and has no telling beginning: its form and its disorder tell it. */
type Shape = { id: string; pattern: RegExp; severity?: Severity; minEntropy?: number };

const shapes: readonly Shape[] = [
  { id: 'discord-token', pattern: /^[MNOA][A-Za-z\d]{23,25}\.[\w-]{6}\.[\w-]{27,40}$/ },
  { id: 'okta-token', pattern: /^00[\w-]{40}$/, minEntropy: 4 },
  {
    id: 'vault-token',
    pattern: /^s\.(?=[A-Za-z]*\d)(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{24}$/,
    minEntropy: 3.5,
  },
  { id: 'twilio-key', pattern: /^(?:SK[0-9a-f]{32}|AC(?:[0-9a-f]{32}|x{32}))$/, severity: 'medium' },
  { id: 'yandex-key', pattern: /^(?:AQVN[\w-]{35,38}|YC[\w-]{38})$/, minEntropy: 3.8 },
  { id: 'azure-secret', pattern: /^[\w~.]{3}\dQ~[\w~.-]{31,34}$/, minEntropy: 3.5 },
  { id: 'beamer-key', pattern: /^b_[a-z0-9=_-]{40,44}$/, minEntropy: 3.5 },
  { id: 'maxmind-key', pattern: /^[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk$/ },
  { id: 'mailchimp-key', pattern: /^[a-f0-9]{32}-us\d{1,2}$/ },
  { id: 'terraform-token', pattern: /^[a-zA-Z0-9]{14}\.atlasv1\.[\w-]{10,70}$/ },
];

/** No shape is shorter. */
export const shortestShape = 20;
const longestShape = 120;

/** The secret that a whole word of a text is. */
export function shapeAt(text: string, start: number, end: number): Finding | undefined {
  if (end - start > longestShape) return undefined;
  const word = text.slice(start, end);
  const shape = shapes.find(
    ({ pattern, minEntropy }) => pattern.test(word) && (minEntropy === undefined || entropyOf(word) >= minEntropy),
  );
  if (!shape || isFiller(word)) return undefined;
  return { detector: shape.id, class: 'secret', severity: shape.severity ?? 'high', start, end };
}
