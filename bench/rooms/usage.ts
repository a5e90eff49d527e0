/** Loaded into every measured server (`node --import`): says over the channel what the process has used. */
export type Usage = { cpuMicros: number; rssBytes: number };

process.on('message', (message) => {
  if (message !== 'usage' && message !== 'settled usage') return;
  if (message === 'settled usage') globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const usage: Usage = { cpuMicros: user + system, rssBytes: process.memoryUsage().rss };
  process.send?.({ usage });
});
