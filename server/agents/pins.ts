/**
 * The agents of others that an installation can have, each in the one version that this version of Ensemble was tried with.
 * They are not shipped: an admin installs them. To move to another version, change it here together with what the registry
 * says of it (`npm view PACKAGE@VERSION dist.integrity`), and run `npm run test:agents`.
 */
export type AgentPin = {
  /** The package that is installed, with what it depends on. */
  package: string;
  version: string;
  /**
   * What the registry says of the packages that hold the agent, by name. `{arch}` is Node's word for the machine's processor;
   * one for another processor is not installed.
   */
  integrity: Readonly<Record<string, string>>;
  /** The file that starts it, below the folder of the installation. */
  program: string;
  /** Further files without which it cannot work. */
  parts: readonly string[];
  licence: string;
  /** Where terms are found that are more than a well-known licence. */
  terms?: string;
  /** On disk, when it is installed. */
  sizeBytes: number;
};

const megabyte = 1024 * 1024;

export const agentPins = {
  'claude-code': {
    package: '@agentclientprotocol/claude-agent-acp',
    version: '0.100.0',
    integrity: {
      '@agentclientprotocol/claude-agent-acp':
        'sha512-X+f2M5RiehzSzWRJjDSf0Sbzoc8JK66l85YnYW5TAdHJX53CLQV00v2M72bfCKJ4IZ11qt+WQ/Yg9NVKcuDAhQ==',
      '@anthropic-ai/claude-agent-sdk':
        'sha512-mCMr0que5kIy80JslJub6WFDB2+GYRGWNeVgSZaBpkBwXrr4wnRMnnGHitkA2BEJ5QP5xWyc6YH/6do/edxCWg==',
      '@anthropic-ai/claude-agent-sdk-linux-x64':
        'sha512-+csYyGkHziNp4It+ZykqTmXRZBuNrieTiBnji+zwAxNmLLCWz8xEWjNmwhaLPIMpUiaYREkDhZXt/AS6xXta5w==',
      '@anthropic-ai/claude-agent-sdk-linux-arm64':
        'sha512-+lm9XSw/em14yMZ41fbo80kfblbylfBQc9nYS6GgLoZVvgT3wSeEbv88v+mEK/jFw9g3VCH4ZI01sjNM34o7uw==',
    },
    program: 'node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js',
    parts: ['node_modules/@anthropic-ai/claude-agent-sdk-linux-{arch}/claude'],
    licence: 'The adapter: Apache-2.0. Claude Code: proprietary, by Anthropic’s terms',
    terms: 'https://code.claude.com/docs/en/legal-and-compliance',
    sizeBytes: 391 * megabyte,
  },
  codex: {
    package: '@agentclientprotocol/codex-acp',
    version: '2.6.0',
    integrity: {
      '@agentclientprotocol/codex-acp':
        'sha512-/PBsd0H6URy4bhXhAeXqwb7RqctbXfNceRihAh6nDmn5HJ873uzoHvHxF45YmeWfgOKKRrNRLZjYsket2a7EsQ==',
      '@openai/codex':
        'sha512-2Szlp1l1cz5TX1ccpX4Zok3DZrot9xeZe0km+6/1v8JmqxADwyJxKBJah4dBymkwtS25j/u6dipJusTOI97Z8Q==',
      '@openai/codex-linux-x64':
        'sha512-CxDm3+D1cpbGJeHrdzINoG+3wn9BVncP4qpZaaNYkxe8iPtRJOYyCJnnPoVjWRIBvI9vPKbRoifsMSA5xDaUpw==',
      '@openai/codex-linux-arm64':
        'sha512-w0ScAsBr9aZKtIFrh6HN6KU2yjKKeSCzYfbb7DB0Ccj4BYPzeZtUeQprbycLCwuX3AFQdbdjapmLho2iot74jQ==',
    },
    program: 'node_modules/@agentclientprotocol/codex-acp/dist/index.js',
    parts: ['node_modules/@openai/codex-linux-{arch}/vendor/{target}/bin/codex'],
    licence: 'Apache-2.0',
    sizeBytes: 457 * megabyte,
  },
  opencode: {
    package: 'opencode-ai',
    version: '1.18.33',
    integrity: {
      'opencode-ai': 'sha512-58P1ffLRXiAY4QeoABqUjqf6DEzm1ihpovvn9Ad+oOLbLiwK/rf88wruT9IATJ7AtNjmi8iA7pC8tN4o5y799Q==',
      'opencode-linux-x64':
        'sha512-q/t/3p2CTxOT9y2kvjesb/LZab2+1eqlhhWA02Be6mjTtmYtNBcBsrI5yDo4Fw7ZSPBW2oyMIGMNRqiKQjiAWw==',
    },
    program: 'node_modules/opencode-linux-{arch}/bin/opencode',
    parts: [],
    licence: 'MIT',
    sizeBytes: 354 * megabyte,
  },
  'qwen-code': {
    package: '@qwen-code/qwen-code',
    version: '0.24.4',
    integrity: {
      '@qwen-code/qwen-code':
        'sha512-pmexy/Nj+BKd3Un1ogqGQE8V4GJn5B6N9PQOrU1GH+lMR29kn6Bgf6YdbZa8hNIoTmAKT1LTPK+P8TibZRPPVg==',
    },
    program: 'node_modules/@qwen-code/qwen-code/cli-entry.js',
    parts: [],
    licence: 'Apache-2.0',
    sizeBytes: 144 * megabyte,
  },
  'gemini-cli': {
    package: '@google/gemini-cli',
    version: '0.61.0',
    integrity: {
      '@google/gemini-cli':
        'sha512-dbQ9A0qBtFJNi6XBkHvfZ6Azpn6PNgH/P8h2MZ67RLlX8hSAVjup39CRWqdRxZv7YXIuhrFaytr8y0jKnkoxnQ==',
    },
    program: 'node_modules/@google/gemini-cli/bundle/gemini.js',
    parts: [],
    licence: 'Apache-2.0',
    sizeBytes: 101 * megabyte,
  },
} as const satisfies Record<string, AgentPin>;

export type PinnedAgent = keyof typeof agentPins;

export const pinnedAgents = Object.keys(agentPins).filter(isPinned);

export function isPinned(name: string): name is PinnedAgent {
  return Object.hasOwn(agentPins, name);
}

const targets: Readonly<Record<string, string>> = {
  x64: 'x86_64-unknown-linux-musl',
  arm64: 'aarch64-unknown-linux-musl',
};

/** A path of a pin as it is on this machine. */
export function onThisMachine(file: string): string {
  return file.replaceAll('{arch}', process.arch).replaceAll('{target}', targets[process.arch] ?? process.arch);
}
