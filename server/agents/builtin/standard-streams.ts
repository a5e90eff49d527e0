import { Readable, Writable } from 'node:stream';
import * as acp from '@agentclientprotocol/sdk';

/** The streams over which a built-in agent speaks as a program. */
export function standardStreams(): acp.Stream {
  return acp.ndJsonStream(Writable.toWeb(process.stdout), standardInput());
}

/** Node's own type of a web stream leaves open what is in it; standard input without an encoding gives bytes. */
function standardInput(): ReadableStream<Uint8Array> {
  return Readable.toWeb(process.stdin) as unknown as ReadableStream<Uint8Array>;
}
