import { singleton } from '../../platform/singleton.ts';

type Holder = { nodeId: string | undefined };
const holder = () => singleton<Holder>('call-node', () => ({ nodeId: undefined }));

/** Says which web node this process is: its calls live as long as the node gives signs of life (`web_node`). */
export function setCallNode(nodeId: string): void {
  holder().nodeId = nodeId;
}

/** @throws when the process is no web node: nobody could tell whether its calls still live */
export function callNode(): string {
  const { nodeId } = holder();
  if (nodeId === undefined) throw new Error('model calls are opened by web processes only: setCallNode comes first');
  return nodeId;
}
