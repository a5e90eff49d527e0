import type { RouterInputs, RouterOutputs } from '@/components/router-outputs.ts';
import { readVariables } from './agent-words.ts';

export type McpServer = RouterOutputs['mcpServers']['list'][number];

/** What the form of an MCP server holds. */
export type McpValues = {
  name: string;
  description: string;
  kind: 'package' | 'program' | 'http';
  package: string;
  version: string;
  integrity: string;
  program: string;
  folder: string;
  url: string;
  place: 'local' | 'remote';
  /** A line each. */
  args: string;
  variables: string;
  given: 'asked' | 'always';
  teamIds: string[];
  projectIds: string[];
  readTools: string[];
  otherTools: 'ask' | 'deny';
};

const empty: McpValues = {
  name: '',
  description: '',
  kind: 'package',
  package: '',
  version: '',
  integrity: '',
  program: '',
  folder: '',
  url: '',
  place: 'remote',
  args: '',
  variables: '',
  given: 'asked',
  teamIds: [],
  projectIds: [],
  readTools: [],
  otherTools: 'ask',
};

export function mcpValuesOf(server: McpServer | undefined): McpValues {
  if (!server) return empty;
  const { name, description, source, args, isAlwaysGiven, teamIds, projectIds, readTools, otherTools } = server;
  return {
    ...empty,
    ...(source.kind === 'program' ? { ...source, folder: source.folder ?? '' } : source),
    name,
    description,
    teamIds,
    projectIds,
    readTools,
    otherTools,
    args: args.join('\n'),
    given: isAlwaysGiven ? 'always' : 'asked',
  };
}

type Given = Omit<RouterInputs['mcpServers']['add'], 'name'>;

/** What is saved; without variables when none are written, so that a server keeps those it has. */
export function mcpInputOf(values: McpValues): Given {
  const { description, kind, args, variables, given, teamIds, projectIds, readTools, otherTools } = values;
  const read = readVariables(variables, { mayHaveHyphens: kind === 'http' });
  return {
    description,
    identity: identityOf(values),
    args: kind === 'http' ? [] : args.split('\n').filter((line) => line.trim() !== ''),
    isAlwaysGiven: given === 'always',
    teamIds,
    projectIds,
    readTools,
    otherTools,
    ...(variables.trim() !== '' && typeof read !== 'string' && { env: read }),
  };
}

function identityOf(values: McpValues): Given['identity'] {
  const { kind, package: name, version, integrity, program, url, place } = values;
  const folder = values.folder.trim();
  if (kind === 'http') return { kind, url: url.trim(), place };
  if (kind === 'program') return { kind, program: program.trim(), ...(folder !== '' && { folder }) };
  return { kind, package: name.trim(), version: version.trim(), integrity: integrity.trim() };
}

/** What is wrong with a field; undefined for one that can be saved. */
export function mcpFaults(values: McpValues): Partial<Record<keyof McpValues, string>> {
  const { name, kind, variables } = values;
  const faults: Partial<Record<keyof McpValues, string>> = {};
  if (!/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/.test(name)) faults.name = 'Small letters, digits and hyphens, 2 to 40';
  if (kind === 'http') {
    if (!/^https?:\/\//.test(values.url.trim())) faults.url = 'It begins with https://';
  } else if (kind === 'package') {
    if (values.package.trim() === '') faults.package = 'Enter the package, as npm has it';
    if (!/^\d+\.\d+\.\d+/.test(values.version.trim())) faults.version = 'One exact version, as in 1.2.3';
    if (!values.integrity.trim().startsWith('sha512-')) faults.integrity = 'It begins with sha512-';
  } else if (!values.program.trim().startsWith('/')) faults.program = 'The whole path, from / on';
  const read = readVariables(variables, { mayHaveHyphens: kind === 'http' });
  if (typeof read === 'string') faults.variables = read;
  return faults;
}

/** How a server stands, in a word or two. */
export function mcpStanding({ change, tools }: McpServer): { words: string; color: string } {
  if (change?.state === 'waiting' || change?.state === 'working') return { words: 'Being tried', color: 'blue' };
  if (change?.state === 'failed') return { words: 'Does not work', color: 'red' };
  if (tools === null) return { words: 'Not tried', color: 'gray' };
  return { words: tools.length === 1 ? '1 tool' : `${tools.length} tools`, color: 'teal' };
}

/** Who is given it and when, in a sentence. */
export function mcpReach(server: McpServer): string {
  const { isAlwaysGiven, teamIds, projectIds, otherTools, readTools } = server;
  const when = isAlwaysGiven ? 'In every run' : 'Where a repository asks for it';
  const limits = [
    ...(teamIds.length > 0 ? [`${teamIds.length} ${teamIds.length === 1 ? 'team' : 'teams'}`] : []),
    ...(projectIds.length > 0 ? [`${projectIds.length} ${projectIds.length === 1 ? 'project' : 'projects'}`] : []),
  ];
  const where = limits.length === 0 ? '' : ` of ${limits.join(', ')}`;
  const unasked = readTools.length === 0 ? '' : ` · unasked: ${readTools.join(', ')}`;
  const which = readTools.length === 0 ? 'its tools' : 'other tools';
  return `${when}${where} · ${which} are ${otherTools === 'ask' ? 'asked about' : 'denied'}${unasked}`;
}
