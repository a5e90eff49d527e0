import { singleton } from '../../platform/singleton.ts';

type Holder = { nodeId: string | undefined };
const holder = () => singleton<Holder>('call-node', () => ({ nodeId: undefined }));

/** Says which process this is: its calls live as long as it gives signs of life, as a web node or as a worker. */
export function setCallNode(nodeId: string): void {
  holder().nodeId = nodeId;
}

/** @throws when the process is neither: nobody could tell whether its calls still live */
export function callNode(): string {
  const { nodeId } = holder();
  if (nodeId === undefined)
    throw new Error('model calls are opened by web processes and workers only: setCallNode comes first');
  return nodeId;
}

const held = () => singleton<Set<string>>('held-calls', () => new Set());

/** This process has the call in hand and will settle it. */
export function holdCall(id: string): void {
  held().add(id);
}

export function letGoOfCall(id: string): void {
  held().delete(id);
}

/** The calls that this process has in hand; undefined for one that is no web node. */
export function callsInHand(): { nodeId: string; ids: readonly string[] } | undefined {
  const { nodeId } = holder();
  return nodeId === undefined ? undefined : { nodeId, ids: [...held()] };
}
