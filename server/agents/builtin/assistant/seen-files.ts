/** The texts of files as the model last saw or made them, so that it never overwrites what it does not know. */
export type SeenFiles = {
  remember(path: string, text: string): void;
  /** Whether the file has the text that the model knows. */
  stateOf(path: string, text: string): 'known' | 'changed' | 'unknown';
};

export function createSeenFiles(): SeenFiles {
  const texts = new Map<string, string>();
  return {
    remember: (path, text) => void texts.set(path, text),
    stateOf: (path, text) => {
      const known = texts.get(path);
      if (known === undefined) return 'unknown';
      return known === text ? 'known' : 'changed';
    },
  };
}
