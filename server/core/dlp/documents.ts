import { entropyOf } from './entropy.ts';
import type { Finding } from './finding.ts';
import { isFiller } from './fillers.ts';

/** Secrets that are known by the document they stand in: keys in PEM, addresses with a password, headers, manifests. */
type Document = {
  id: string;
  /** Tried from an anchor or a colon; its group `secret` is what is found, or all of it. */
  pattern: RegExp;
  isReal?: (secret: string, whole: string) => boolean;
};

const usualPasswords = /^(?:pass(?:word|wd)?|pwd|secret|token|your\w*|x+|\*+|<.*>|\$.*|\{.*|example|changeme)$/i;

/** Those that have a colon, by the unit after it. */
const atColons: Record<string, Document> = {
  '/': {
    id: 'url-password',
    pattern: /:\/\/(?<user>[^\s:/"'`<>]{0,100}):(?<secret>[^\s/"'`<>]{1,200})@[\w.-]+/y,
    isReal: (secret, whole) => {
      const user = /:\/\/([^:]*):/.exec(whole)?.[1] ?? '';
      const isLocal = /@(?:localhost|127\.0\.0\.1|db|postgres|mysql|mongo(?:db)?|redis|host)$/.test(whole);
      const isExample = usualPasswords.test(secret) || (isLocal && user === secret);
      return !isExample && !/^\$|^\{|^<|^%[sd]|\*{3}|^x+$|^[A-Z_]+$/.test(secret);
    },
  },
  _: {
    id: 'npm-token',
    pattern:
      /(?<=\/\/[\w.-][^\s:]{0,200}\/):_(?:authToken|auth|password)\s{0,3}=\s{0,3}["']?(?<secret>[\w+/=.-]{16,400})/y,
    isReal: (secret) => !isFiller(secret),
  },
  A: {
    id: 'telegram-token',
    pattern: /(?<=(?<!\w|\/bot)\d{5,16}):A[\w-]{34}(?![\w-])/y,
    isReal: (secret) => entropyOf(secret) > 3,
  },
};

/** `anchors`: literal texts, in exactly this case, one of which begins every match. */
const documents: readonly (Document & { anchors: readonly string[] })[] = [
  {
    id: 'private-key',
    anchors: ['-----BEGIN '],
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?<secret>(?:[^-]|-(?!----)){64,20000}?)-----END/y,
    isReal: (secret) => !/\*{3}|\.\.\.|<[a-z]/i.test(secret) && entropyOf(secret.slice(0, 400)) > 3.5,
  },
  {
    id: 'curl-user',
    anchors: ['curl'],
    pattern:
      /curl[^\n]{0,400}?(?:\s-u\s?|--user[\s=])\s{0,3}["']?(?<user>[^\s:"']{0,60}):(?<secret>[^\s"'$<{]{4,100})["']?/y,
    isReal: (secret) => !isFiller(secret) && !usualPasswords.test(secret),
  },
  {
    id: 'kubernetes-secret',
    anchors: ['kind: Secret', 'kind: "Secret'],
    pattern:
      /kind:\s{0,3}["']?Secret\b[^]{0,2000}?\n(?:data|stringData):[ \t]*\n(?:[ \t]+[^\n]*\n){0,20}?[ \t]+[\w.-]+:[ \t]{0,3}(?:[>|][+-]?[ \t]*\n[ \t]+)?["']?(?<secret>[A-Za-z0-9+/]{10,20000}={0,3})["']?/y,
    isReal: (secret, whole) => !whole.includes('\n---') && !isFiller(secret),
  },
  {
    id: 'kubernetes-secret',
    anchors: ['data:'],
    pattern:
      /data:[ \t]*\n(?:[ \t]+[^\n]*\n){0,10}?[ \t]+[\w.-]+:[ \t]{0,3}["']?(?=(?<secret>[A-Za-z0-9+/]{10,20000}={0,3}))\k<secret>["']?[^]{0,800}?\nkind:\s{0,3}["']?Secret\b/y,
    isReal: (secret, whole) => !whole.includes('\n---') && !isFiller(secret),
  },
  {
    id: 'registry-login',
    anchors: ['"auth"', '"identitytoken"'],
    pattern: /"(?:auth|identitytoken)"\s{0,3}:\s{0,3}"(?<secret>[A-Za-z0-9+/=]{16,2000})"/y,
  },
  {
    id: 'saved-login',
    anchors: ['"encrypted', '<Pass'],
    pattern:
      /(?:"encrypted(?:Password|Username)"\s{0,3}:\s{0,3}"(?<secret>[^"]{8,400})|<Pass\b[^>]{0,40}>(?<pass>[^<]{3,400}))/y,
  },
  {
    id: 'azure-storage-key',
    anchors: ['AccountKey='],
    pattern: /AccountKey=(?<secret>[A-Za-z0-9+/]{43,88}={0,2})/y,
  },
  {
    id: 'slack-webhook',
    anchors: ['hooks.slack.com/'],
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>(?!X{3}|TX{3})[\w+/]{24,80})/y,
    isReal: (secret) => entropyOf(secret) > 2.8,
  },
  {
    id: 'teams-webhook',
    anchors: ['.webhook.office.com/'],
    pattern:
      /\.webhook\.office\.com\/webhookb2\/(?<secret>[a-f0-9@-]{73}\/IncomingWebhook\/[a-f0-9]{32}\/[a-f0-9-]{36})/y,
  },
  { id: 'google-oauth', anchors: ['1//0'], pattern: /1\/\/0(?<secret>[\w-]{40,120})/y },
  {
    id: 'gitlab-token',
    anchors: ['_gitlab_session='],
    pattern: /_gitlab_session=(?<secret>[0-9a-z]{32})/y,
  },
  {
    id: 'sidekiq-key',
    anchors: ['contribsys'],
    pattern: /contribsys\.com(?:__COM)?(?<=\b(?<secret>[a-f0-9]{8}:[a-f0-9]{8})@(?:gems|enterprise)\.contribsys\.com)/y,
  },
];

export const documentAnchors = documents.flatMap((document) =>
  document.anchors.map((anchor) => ({ anchor, document })),
);

/** What a colon belongs to. */
export function documentAtColon(text: string, at: number): Finding | undefined {
  const document = atColons[text[at + 1] ?? ' '];
  return document && tryDocument(document, text, at);
}

/** The document that begins here. */
export function tryDocument({ id, pattern, isReal }: Document, text: string, at: number): Finding | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (!found) return undefined;
  const whole = found.groups?.['secret'] ?? found.groups?.['pass'] ?? found[0];
  if (isReal?.(whole, found[0]) === false) return undefined;
  // What a pattern looks back to stands before the match.
  const inside = found[0].lastIndexOf(whole);
  const first = inside < 0 ? text.lastIndexOf(whole, at) : at + inside;
  const [before, after] = blanksAround(whole);
  const [start, end] = [first + before, first + whole.length - after];
  return { detector: id, class: 'secret', severity: 'high', start, end };
}

/** The units at both ends that are line ends or blanks, as they are or as a notation escapes them. */
function blanksAround(text: string): [number, number] {
  const before = /^(?:\s|\\[rn])*/.exec(text)?.[0].length ?? 0;
  let end = text.length;
  for (let size = blankBefore(text, end); size > 0 && end > before; size = blankBefore(text, end)) end -= size;
  return [before, text.length - end];
}

function blankBefore(text: string, end: number): number {
  if (/\s/.test(text.charAt(end - 1))) return 1;
  return /^\\[rn]$/.test(text.slice(Math.max(0, end - 2), end)) ? 2 : 0;
}
