import { z } from 'zod';

const words = { quote: 'Ledger', before: '', after: '', length: 6, startLine: 1, endLine: 1 };
/** A place in a file that a comment is about. */
export const anchor = { position: null, ...words };

const target = {
  providerId: 'prv_testing',
  upstreamModel: 'm',
  contextSize: null,
  maxOutput: null,
  capabilities: { tools: true, images: false, thinking: false, streaming: true },
  price: null,
};

/** Values of fields that name no resource. A field that is in neither table fails the walk. */
const plainFields: Record<string, unknown> = {
  action: { kind: 'command', command: 'ls' },
  agent: 'refactor',
  allowed: [],
  anchor,
  approvers: 1,
  argv: ['true'],
  baseUrl: 'https://models.example/v1',
  body: 'A comment',
  clientId: 5_000,
  command: 'true',
  commit: 'c'.repeat(40),
  content: 'iVBORw0KGgo=',
  current: 'not the password 1',
  customAgentId: 'cag_testing',
  email: 'walker@example.com',
  expiresInDays: 1,
  fileId: 'fil_testing',
  from: 'README.md',
  hosts: [],
  hunkId: '0123456789abcdef',
  identity: { kind: 'program', program: '/usr/bin/true' },
  kind: 'words',
  limitMicroUsd: 3_000_000,
  lines: ['Bluebird'],
  line: 1,
  maxRuns: 5,
  maxRunsPerPerson: 2,
  mcpServerId: 'mcp_testing',
  message: 'A message',
  modelId: 'mdl_testing',
  models: [{ alias: 'walk', targets: [target] }],
  name: 'test',
  next: 'another password 22',
  password: 'another password 22',
  path: 'README.md',
  personIds: [],
  placeholders: ['masked22222222aa'],
  position: 1,
  basedOn: 0,
  number: 0,
  protocols: ['openai_chat'],
  providerId: 'prv_testing',
  reason: 'A reason',
  retentionDays: 30,
  rules: [{ effect: 'ask', pattern: { kind: 'path', glob: 'docs' } }],
  scopes: ['read'],
  seq: 1,
  people: ['per_1'],
  runs: ['run_1'],
  source: { type: 'empty' },
  teamName: 'Walkers',
  text: 'README',
  title: 'A title',
  to: 'NOTES.md',
  token: 'no-such-link',
  version: 1,
};

type Field = { enum?: unknown[]; const?: unknown; type?: string };

/**
 * An input for a schema: its resources by name, the rest from the table or the schema itself.
 * @param of.full gives the optional fields as well, where a value is known
 * @throws naming the field that is in no table
 */
export function inputFor(
  schemaOf: z.ZodType,
  of: { where: string; resources: Record<string, unknown>; full?: boolean },
): Record<string, unknown> {
  const { properties = {}, required = [] } = z.toJSONSchema(schemaOf, { io: 'input', unrepresentable: 'any' });
  const input: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(properties)) {
    const value = name in of.resources ? of.resources[name] : plainValue(name, field as Field);
    const isWanted = required.includes(name) || name in of.resources || of.full === true;
    if (!isWanted) continue;
    if (value !== undefined) input[name] = value;
    else if (required.includes(name))
      throw new Error(`${of.where} has the field ${name}, of which the walk knows no value: add it to the table.`);
  }
  return input;
}

function plainValue(name: string, field: Field): unknown {
  if (field.enum) return field.enum[0];
  if (field.const !== undefined) return field.const;
  return field.type === 'boolean' ? true : plainFields[name];
}
