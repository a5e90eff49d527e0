/**
 * The agents of others that an installation can have, each in the one version that this version of Ensemble was tried with.
 * They are not shipped: an admin installs them. To move to another version, change it here, together with its integrity and
 * size, and run `npm run test:agents`.
 */
export type AgentPin = {
  /** The package that is installed, with what it depends on. */
  package: string;
  version: string;
  /** Of the package itself, as the registry says it (`npm view PACKAGE@VERSION dist.integrity`). */
  integrity: string;
  /** The program, below the folder of the installation. */
  program: string;
  /** Files without which it cannot work, below the folder of the installation; `{arch}` is Node's word for the machine. */
  parts: readonly string[];
  licence: string;
  /** Where terms are found that are more than a well-known licence. */
  terms?: string;
  /** On disk, when it is installed. */
  sizeBytes: number;
  /** Names of optional packages that it does without. */
  without?: readonly string[];
};

const megabyte = 1024 * 1024;

export const agentPins = {
  'claude-code': {
    package: '@agentclientprotocol/claude-agent-acp',
    version: '0.100.0',
    integrity: 'sha512-X+f2M5RiehzSzWRJjDSf0Sbzoc8JK66l85YnYW5TAdHJX53CLQV00v2M72bfCKJ4IZ11qt+WQ/Yg9NVKcuDAhQ==',
    program: 'node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js',
    parts: ['node_modules/@anthropic-ai/claude-agent-sdk-linux-{arch}/claude'],
    licence: 'Apache-2.0 for the adapter; Claude Code itself is proprietary, under the legal agreements of Anthropic',
    terms: 'https://code.claude.com/docs/en/legal-and-compliance',
    sizeBytes: 391 * megabyte,
  },
  codex: {
    package: '@agentclientprotocol/codex-acp',
    version: '2.6.0',
    integrity: 'sha512-/PBsd0H6URy4bhXhAeXqwb7RqctbXfNceRihAh6nDmn5HJ873uzoHvHxF45YmeWfgOKKRrNRLZjYsket2a7EsQ==',
    program: 'node_modules/@agentclientprotocol/codex-acp/dist/index.js',
    parts: ['node_modules/@openai/codex-linux-{arch}/package.json'],
    licence: 'Apache-2.0',
    sizeBytes: 457 * megabyte,
  },
} as const satisfies Record<string, AgentPin>;

export type PinnedAgent = keyof typeof agentPins;
