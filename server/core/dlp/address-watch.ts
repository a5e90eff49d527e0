/**
 * Whether a text that comes in pieces is within an address at the moment: a web address, the target of a link or a picture in Markdown, or an
 * attribute of HTML that is fetched. Whoever shows the text may fetch it, so nothing may be put back there. In doubt it is one.
 */
export type AddressWatch = { see(text: string): void; isWithin(): boolean };

/**
 * How an address begins. The sign before it ends it, where it is one that encloses; else it goes on until a blank. The colon alone
 * will do, since browsers take `https:\\` and `https:` for `https://`.
 */
const opening = new RegExp(
  [
    String.raw`\]\(\s{0,3}(?<angle><?)(?=[^\s<])`,
    String.raw`\b(?:src|srcset|href|poster|formaction)\s{0,3}=\s{0,3}(?<value>["']?)(?=[^\s"'])`,
    String.raw`\burl\(\s{0,3}(?<css>["']?)(?=[^\s"'])`,
    String.raw`(?<web>["'${'`'}<]?)(?<![A-Za-z0-9])(?:(?:https?|wss?|ftps?):|mailto:)(?=\S)`,
    String.raw`(?<bare>["'${'`'}<=(])//(?=\S)`,
  ].join('|'),
  'gi',
);
/** No opening is longer. */
const longestOpening = 40;

const closers: Readonly<Record<string, string>> = { '<': '>', '"': '"', "'": "'", '`': '`' };
/** Where an address ends that nothing encloses. */
const blank = '';

export function addressWatch(): AddressWatch {
  /** What ends the address that the text is in. */
  let open: string | undefined;
  let recent = '';

  /** What follows the address that is open; undefined when it goes on. */
  function afterAddress(text: string): string | undefined {
    if (open === undefined) return text;
    const end = open === blank ? text.search(/[\s<>]/) : text.indexOf(open);
    if (end < 0) return undefined;
    open = undefined;
    recent = '';
    return text.slice(end + 1);
  }

  /** What follows the next opening; undefined when there is none. */
  function afterOpening(text: string): string | undefined {
    const whole = recent + text;
    opening.lastIndex = 0;
    const found = opening.exec(whole);
    if (!found) recent = whole.slice(-longestOpening);
    else open = closerOf(found.groups);
    return found ? whole.slice(found.index + found[0].length) : undefined;
  }

  return {
    see(text) {
      let rest: string | undefined = text;
      while (rest !== undefined) {
        rest = afterAddress(rest);
        if (rest !== undefined) rest = afterOpening(rest);
      }
    },
    isWithin() {
      if (open !== undefined) return true;
      // What comes next may be what it takes to be one.
      opening.lastIndex = 0;
      return opening.test(`${recent}x`);
    },
  };
}

function closerOf(groups: Readonly<Record<string, string | undefined>> | undefined): string {
  const enclosing = Object.values(groups ?? {}).find((sign) => sign !== undefined && sign in closers);
  return enclosing === undefined ? blank : (closers[enclosing] ?? blank);
}
