import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import * as acp from '@agentclientprotocol/sdk';
import { createRefactorAgent } from './agent.ts';

/** The built-in agent as a program: ACP on its standard streams, until its input closes. */
const folders = { app: path.resolve(import.meta.dirname, '../../../..'), node: process.execPath };
const stream = acp.ndJsonStream(Writable.toWeb(process.stdout), standardInput());
const connection = createRefactorAgent(folders).connect(stream);
await connection.closed;
process.exit(0);

/** Node's own type of a web stream leaves open what is in it; standard input without an encoding gives bytes. */
function standardInput(): ReadableStream<Uint8Array> {
  return Readable.toWeb(process.stdin) as unknown as ReadableStream<Uint8Array>;
}
