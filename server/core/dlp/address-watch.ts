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
    String.raw`(?<target>\]\(\s{0,3})(?<angle><?)(?=[^\s<])`,
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
  let open: string | undefined;
  let recent = '';

  function endIn(text: string, closer: string): number {
    if (closer !== blank) return text.indexOf(closer);
    return text.search(/[\s<>]/);
  }

  return {
    see(text) {
      let rest = text;
      for (;;) {
        if (open !== undefined) {
          const end = endIn(rest, open);
          if (end < 0) return;
          rest = rest.slice(end + 1);
          open = undefined;
          recent = '';
        }
        const whole = recent + rest;
        opening.lastIndex = 0;
        const found = opening.exec(whole);
        if (!found) {
          recent = whole.slice(-longestOpening);
          return;
        }
        const { angle = '', value = '', css = '', web = '', bare = '' } = found.groups ?? {};
        open = closers[angle || value || css || web || bare] ?? blank;
        rest = whole.slice(found.index + found[0].length);
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
