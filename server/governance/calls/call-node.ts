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
