/** A command of the `ensemble` program: reads its words, writes its answer, returns the exit code. */
export type Command = {
  /** How it is called, for the list of commands. */
  usage: string;
  does: string;
  run: (words: string[], io: CommandIo) => Promise<ExitCode>;
};

/** 0 fine, 1 findings or a failed verification, 2 usage or environment. */
export type ExitCode = 0 | 1 | 2;

export type CommandIo = {
  write: (line: string) => void;
  readInput: () => Promise<string>;
};

/** Wrong words or a wrong environment; the message is one line that says what to do. */
export class UsageError extends Error {
  override name = 'UsageError';
}
