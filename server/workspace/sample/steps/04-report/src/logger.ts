type Level = 'info' | 'warn';

/** Where messages go; tests put their own in place. */
export const sink = {
  write(line: string): void {
    process.stderr.write(`${line}\n`);
  },
};

const at = (level: Level) => (message: unknown) => sink.write(`${level} ${String(message)}`);

export const logger = { info: at('info'), warn: at('warn') };
