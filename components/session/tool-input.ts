/** What a tool was given, as a person would write it: a command as a command line, anything else as it came. */
export function inputInWords(text: string): string {
  const command = commandIn(text);
  return command === undefined ? text : `$ ${command}`;
}

function commandIn(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const input: unknown = JSON.parse(text);
    if (typeof input !== 'object' || input === null || !('command' in input)) return undefined;
    const { command } = input;
    if (typeof command === 'string') return command;
    return Array.isArray(command) && command.every((word) => typeof word === 'string') ? command.join(' ') : undefined;
  } catch {
    return undefined; // cut off, or not JSON at all
  }
}
