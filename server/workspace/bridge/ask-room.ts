import { setTimeout as delay } from 'node:timers/promises';
import type { AuditRecord } from '../../audit/append.ts';
import { AppError } from '../../core/errors.ts';
import {
  findCommandOutcome,
  requestRoomCommand,
  type RoomCommand,
  type RoomCommandOutcome,
  type RoomCommandResults,
} from '../room-command.ts';
import type { BridgePlace } from './known-state.ts';

const roomWaitMs = 15_000;
/** A room moves to another server within seconds; who waits longer than this waits in vain. */
const longestWaitMs = 60_000;

/**
 * Asks the room and waits for the end of it: what the bridge does next depends on the answer.
 * @throws the room's refusal; AppError `pending` when it did not answer in a minute; the reason of the place's signal
 */
export async function askRoom<Command extends RoomCommand>(
  place: BridgePlace,
  command: Command,
  audit?: AuditRecord,
): Promise<RoomCommandResults[Command['kind']]> {
  const { signal } = place;
  signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const onAbort = () => stopped.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([ask(place, command, audit), stopped.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function ask<Command extends RoomCommand>(
  { ctx, task, signal }: BridgePlace,
  command: Command,
  audit: AuditRecord | undefined,
): Promise<RoomCommandResults[Command['kind']]> {
  const { sessionId, teamId } = task;
  const request = { sessionId, teamId, command, ...(audit && { audit }) };
  let outcome: RoomCommandOutcome<Command['kind']> = await requestRoomCommand(ctx, request, roomWaitMs);
  const until = Date.now() + longestWaitMs;
  while (outcome.state === 'pending') {
    if (Date.now() > until)
      throw new AppError('pending', 'The room did not answer; what was asked of it is done as soon as it does.');
    await delay(500, undefined, { signal });
    const { commandId } = outcome;
    outcome = (await findCommandOutcome<Command['kind']>(ctx, { commandId, teamId })) ?? outcome;
  }
  return outcome.result;
}
