import path from 'node:path';
import { standardStreams } from '../standard-streams.ts';
import { createRefactorAgent } from './agent.ts';

/** The built-in agent as a program: ACP on its standard streams, until its input closes. */
const folders = { app: path.resolve(import.meta.dirname, '../../../..'), node: process.execPath };
const connection = createRefactorAgent(folders).connect(standardStreams());
await connection.closed;
process.exit(0);
