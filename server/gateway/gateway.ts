import type { Asked } from './asked.ts';
import { countCall, tellFlight } from './call-counts.ts';
import { errorOf } from './refusal.ts';
import { createHouse, type GatewayTimes } from './house.ts';
import { modelEntry, modelList } from './model-list.ts';
import { answerModelCall, identify } from './pipeline.ts';
import { sendError, sendJson } from './reply.ts';
import { clientWireOf } from './wires.ts';

/** The gateway of a process. Its functions answer the request and never reject. */
export type Gateway = {
  /** A model call, or the counting of one's tokens. */
  call(asked: Asked): Promise<void>;
  /** The models there are, or one of them. */
  models(asked: Asked, id?: string): Promise<void>;
  /** Says no, in the protocol of whoever asks; under its own status, or one that HTTP has for it. */
  refuse(asked: Answerable, error: unknown, status?: number): void;
};

export type Answerable = Pick<Asked, 'requestId' | 'protocol' | 'reply'>;

export function createGateway(times: Partial<GatewayTimes> = {}): Gateway {
  const house = createHouse(times);
  tellFlight();

  function refuse({ protocol, reply, requestId }: Answerable, error: unknown, status?: number): void {
    sendError(reply, clientWireOf(protocol), { ...errorOf(error, requestId), ...(status && { status }) });
  }

  return {
    refuse,
    async call(asked) {
      const ended = countCall(asked);
      try {
        ended(await answerModelCall(asked, house));
      } catch (error) {
        refuse(asked, error);
        ended('refused');
      }
    },
    async models(asked, id) {
      try {
        const caller = await identify(asked);
        const wire = clientWireOf(asked.protocol);
        const body = id === undefined ? await modelList(caller, wire) : await modelEntry(caller, wire, id);
        sendJson(asked.reply, 200, body);
      } catch (error) {
        refuse(asked, error);
      }
    },
  };
}
