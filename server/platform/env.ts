import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** The only reader of the environment. Names, defaults and meanings: docs/operations.md, "Environment". */

const absoluteList = (value: string) =>
  value
    .split(':')
    .filter((part) => part !== '')
    .map((part) => path.resolve(part));

const schema = z.object({
  PORT: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(0, 'must be 0 or more')
    .max(65535, 'must be at most 65535')
    .default(3000),
  HOST: z.string().min(1, 'must not be empty').default('127.0.0.1'),
  ENSEMBLE_DATA: z.string().min(1, 'must not be empty').default('./.data'),
  ENSEMBLE_URL: z.url('must be an address like https://ensemble.example.com').optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
    .optional(),
  ENSEMBLE_SECRET: z
    .string()
    .min(32, 'must have at least 32 characters; make one with: openssl rand -hex 32')
    .optional(),
  ENSEMBLE_SECRET_PREVIOUS: z
    .string()
    .min(32, 'must be the whole secret that ENSEMBLE_SECRET was before, of at least 32 characters')
    .optional(),
  ANTHROPIC_API_KEY: z.string().min(8, 'is too short for a key').optional(),
  OPENAI_API_KEY: z.string().min(8, 'is too short for a key').optional(),
  OPENAI_COMPATIBLE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address like http://127.0.0.1:11434/v1' })
    .optional(),
  ENSEMBLE_NODE_URL: z.url({ protocol: /^https?$/, error: 'must be an address like http://10.0.0.5:3000' }).optional(),
  ENSEMBLE_WEB_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://ensemble.example.com' })
    .optional(),
  ENSEMBLE_LOCAL_REPOS: z.string().default(''),
  ENSEMBLE_ADMIN_EMAIL: z.email('must be an email address').optional(),
  ENSEMBLE_ADMIN_PASSWORD: z.string().min(10, 'must have at least 10 characters').optional(),
  ENSEMBLE_ROLE: z.enum(['all', 'web', 'worker', 'gateway'], 'must be all, web, worker or gateway').default('all'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an address like http://127.0.0.1:4318' })
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(/^[^=,\s]+=[^,]*(,\s*[^=,\s]+=[^,]*)*$/, 'must be a list like name=value,name=value')
    .optional(),
  OTEL_SERVICE_NAME: z.string().min(1, 'must not be empty').default('ensemble'),
  NODE_ENV: z
    .enum(['production', 'development', 'test'], 'must be production, development or test')
    .default('production'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'must be trace, debug, info, warn, error or silent')
    .default('info'),
});

export type Env = {
  port: number;
  host: string;
  dataDir: string;
  /** The address people use, without a slash at the end. */
  publicUrl: string;
  /** Where other web processes of the installation reach this one. */
  nodeUrl: string;
  /** Where a worker with a data folder of its own reaches a web process; undefined: the repositories lie in this data folder. */
  webUrl: string | undefined;
  databaseUrl: string | undefined;
  /** Where trace spans go. */
  otlp: { endpoint: string; headers: Readonly<Record<string, string>>; serviceName: string } | undefined;
  secret: string | undefined;
  /** What `secret` was before; what is sealed under it can still be read. */
  previousSecrets: readonly string[];
  /** Providers of models that the operator gives; see server/governance/environment-providers.ts. */
  providers: {
    anthropicKey: string | undefined;
    openaiKey: string | undefined;
    openaiCompatibleUrl: string | undefined;
  };
  localRepos: readonly string[];
  admin: { email: string; password: string } | undefined;
  role: 'all' | 'web' | 'worker' | 'gateway';
  mode: 'production' | 'development' | 'test';
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
};

/** A value of the environment that cannot be used; the message names the variable, the problem and the fix. */
export class EnvError extends Error {
  override name = 'EnvError';
}

const fromFiles = [
  'DATABASE_URL',
  'ENSEMBLE_SECRET',
  'ENSEMBLE_SECRET_PREVIOUS',
  'ENSEMBLE_ADMIN_PASSWORD',
  'ANTHROPIC_API_KEY',
  'OPENAI_API_KEY',
  'OPENAI_COMPATIBLE_URL',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

/** Docker and Kubernetes hand secrets over as files: NAME_FILE stands in for NAME. */
function withFiles(source: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const values: Record<string, string | undefined> = { ...source };
  for (const name of fromFiles) {
    const file = source[`${name}_FILE`];
    if (file === undefined || values[name] !== undefined) continue;
    try {
      values[name] = readFileSync(file, 'utf8').trim();
    } catch (cause) {
      throw new EnvError(
        `${name}_FILE names ${file}, which cannot be read. Make the file readable or unset ${name}_FILE.`,
        { cause },
      );
    }
  }
  return values;
}

/**
 * Parses the environment.
 * @throws EnvError with one line that names the variable, the value's problem and the fix
 */
export function parseEnv(source: NodeJS.ProcessEnv): Env {
  const given = Object.fromEntries(
    Object.entries(withFiles(source)).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0] ?? 'environment');
    throw new EnvError(`${name} ${issue?.message ?? 'is wrong'}. Correct it or unset ${name}.`);
  }
  const value = parsed.data;
  if ((value.ENSEMBLE_ADMIN_EMAIL === undefined) !== (value.ENSEMBLE_ADMIN_PASSWORD === undefined)) {
    throw new EnvError('ENSEMBLE_ADMIN_EMAIL and ENSEMBLE_ADMIN_PASSWORD go together. Set both or unset both.');
  }
  return {
    port: value.PORT,
    host: value.HOST,
    dataDir: path.resolve(value.ENSEMBLE_DATA),
    publicUrl: (
      value.ENSEMBLE_URL ?? `http://${value.HOST === '0.0.0.0' ? '127.0.0.1' : value.HOST}:${value.PORT}`
    ).replace(/\/+$/, ''),
    nodeUrl: (value.ENSEMBLE_NODE_URL ?? ownAddress(value.HOST, value.PORT)).replace(/\/+$/, ''),
    webUrl: webUrlOf(value),
    databaseUrl: value.DATABASE_URL,
    secret: value.ENSEMBLE_SECRET,
    ...modelsOf(value),
    otlp: otlpOf(value),
    localRepos: absoluteList(value.ENSEMBLE_LOCAL_REPOS),
    admin:
      value.ENSEMBLE_ADMIN_EMAIL && value.ENSEMBLE_ADMIN_PASSWORD
        ? { email: value.ENSEMBLE_ADMIN_EMAIL.toLowerCase(), password: value.ENSEMBLE_ADMIN_PASSWORD }
        : undefined,
    role: value.ENSEMBLE_ROLE,
    mode: value.NODE_ENV,
    logLevel: value.LOG_LEVEL,
  };
}

type Given = z.output<typeof schema>;

function webUrlOf({ ENSEMBLE_WEB_URL, ENSEMBLE_ROLE, ENSEMBLE_SECRET }: Given): string | undefined {
  if (ENSEMBLE_WEB_URL === undefined) return undefined;
  if (ENSEMBLE_ROLE !== 'worker')
    throw new EnvError(
      'ENSEMBLE_WEB_URL is for a worker with a data folder of its own. Set ENSEMBLE_ROLE=worker or unset ENSEMBLE_WEB_URL.',
    );
  if (ENSEMBLE_SECRET === undefined)
    throw new EnvError(
      'ENSEMBLE_WEB_URL needs ENSEMBLE_SECRET, the secret of the web process. Set it to the same value.',
    );
  return ENSEMBLE_WEB_URL.replace(/\/+$/, '');
}

function modelsOf(value: Given): Pick<Env, 'previousSecrets' | 'providers'> {
  return {
    previousSecrets: value.ENSEMBLE_SECRET_PREVIOUS === undefined ? [] : [value.ENSEMBLE_SECRET_PREVIOUS],
    providers: {
      anthropicKey: value.ANTHROPIC_API_KEY,
      openaiKey: value.OPENAI_API_KEY,
      openaiCompatibleUrl: value.OPENAI_COMPATIBLE_URL,
    },
  };
}

/** Header values are percent-encoded (OpenTelemetry's specification of the exporter's environment). */
function otlpOf(value: Given): Env['otlp'] {
  if (value.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return undefined;
  const pairs = (value.OTEL_EXPORTER_OTLP_HEADERS ?? '').split(',').flatMap((pair) => {
    const [name = '', ...rest] = pair.trim().split('=');
    return name === '' ? [] : [[name, decoded(rest.join('='))]];
  });
  return {
    endpoint: value.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, ''),
    headers: Object.fromEntries(pairs),
    serviceName: value.OTEL_SERVICE_NAME,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** How this machine reaches what listens on `host`. */
function ownAddress(host: string, port: number): string {
  const isEvery = host === '0.0.0.0' || host === '::';
  return `http://${isEvery ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

let cached: Env | undefined;

/** The process's environment, parsed once. */
export function env(): Env {
  cached ??= parseEnv(process.env);
  return cached;
}

/** Where programs are looked for. */
export function searchPath(): string {
  return process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
}

const forPackages =
  /^(HOME|XDG_CACHE_HOME|https?_proxy|no_proxy|all_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|npm_config_.*)$/i;

/** What a package manager has to know of the environment: where its settings and its cache are, and the way out. */
export function packageEnvironment(): Record<string, string> {
  const known = Object.entries(process.env).filter(([name]) => forPackages.test(name));
  return Object.fromEntries(known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Values that Next and its auth library read from the environment themselves; set once by the entrypoint. */
export function exportForNext(values: { publicUrl: string; authSecret: string; databaseUrl: string }): void {
  process.env['NEXTAUTH_URL'] = values.publicUrl;
  process.env['NEXTAUTH_SECRET'] = values.authSecret;
  process.env['DATABASE_URL'] = values.databaseUrl;
  process.env['NEXT_TELEMETRY_DISABLED'] = '1';
}
