import http from 'node:http';

/** Closed-loop load from a process of its own: so many callers, each asks again as soon as its answer is whole. */
export type Load = {
  url: string;
  headers: Record<string, string>;
  body: string;
  concurrency: number;
  requests: number;
};

export type Loaded = {
  /** Of each request, in milliseconds: until the first byte of the body, and until its end. */
  firstByteMs: number[];
  wholeMs: number[];
  elapsedMs: number;
  failures: number;
  /** Of the first failure, to say what went wrong. */
  failure: string | undefined;
};

type Once = { firstByteMs: number; wholeMs: number; failure: string | undefined };

function ask({ url, headers, body }: Load, agent: http.Agent): Promise<Once> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let firstByteMs: number | undefined;
    let text = '';
    const request = http.request(url, { method: 'POST', headers, agent }, (response) => {
      const isFine = response.statusCode === 200;
      response.on('data', (chunk: Buffer) => {
        firstByteMs ??= performance.now() - startedAt;
        if (!isFine) text += chunk.toString();
      });
      response.on('end', () => {
        const wholeMs = performance.now() - startedAt;
        const failure = isFine ? undefined : `${response.statusCode}: ${text}`;
        resolve({ firstByteMs: firstByteMs ?? wholeMs, wholeMs, failure });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function run(load: Load): Promise<Loaded> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: load.concurrency });
  const loaded: Loaded = { firstByteMs: [], wholeMs: [], elapsedMs: 0, failures: 0, failure: undefined };
  const headers = { ...load.headers, 'content-length': String(Buffer.byteLength(load.body)) };
  let left = load.requests;
  const startedAt = performance.now();
  const caller = async () => {
    while (left-- > 0) {
      const { firstByteMs, wholeMs, failure } = await ask({ ...load, headers }, agent);
      loaded.firstByteMs.push(firstByteMs);
      loaded.wholeMs.push(wholeMs);
      if (failure === undefined) continue;
      loaded.failures++;
      loaded.failure ??= failure.slice(0, 500);
    }
  };
  await Promise.all(Array.from({ length: load.concurrency }, caller));
  loaded.elapsedMs = performance.now() - startedAt;
  agent.destroy();
  return loaded;
}

process.on('message', (load: Load) => {
  run(load).then(
    (loaded) => process.send?.({ loaded }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
