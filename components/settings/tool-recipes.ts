/** What people paste to use the gateway with tools of their own, word by word. Values in, texts out. */

export type Connection = {
  /** The address of the installation. */
  url: string;
  /** Undefined until a token was made: a placeholder stands for it. */
  token: string | undefined;
  /** The model's alias; undefined when none is offered yet. */
  model: string | undefined;
  /** What a call must say besides its key, for people with several teams. */
  headers: Readonly<Record<string, string>>;
};

export type RecipeStep = { where: string; text: string };
export type Recipe = { title: string; steps: RecipeStep[]; notes: string[] };

const anthropicBase = (url: string) => `${url}/gateway/anthropic`;
const geminiBase = (url: string) => `${url}/gateway/gemini`;
const openAiBase = (url: string) => `${url}/gateway/openai/v1`;
const json = (value: unknown) => JSON.stringify(value);
const shell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

type Filled = Connection & { token: string; model: string; pairs: [string, string][] };

const keepOutOfRepositories =
  'Keep the token in your environment or in a file of your own, never in a repository: whoever has it calls models in your name.';
const anthropicKey =
  'An ANTHROPIC_API_KEY in your environment would be used instead of the token, which is why it is removed.';

function claudeCode({ url, token, model, pairs }: Filled): Recipe {
  const headers = pairs.map(([name, value]) => `${name}: ${value}`).join('\\n');
  return {
    title: 'Claude Code',
    steps: [
      {
        where: 'In your shell, or in its start-up file',
        text: [
          `export ANTHROPIC_BASE_URL=${shell(anthropicBase(url))}`,
          `export ANTHROPIC_AUTH_TOKEN=${shell(token)}`,
          `export ANTHROPIC_MODEL=${shell(model)}`,
          `export ANTHROPIC_DEFAULT_HAIKU_MODEL=${shell(model)}`,
          ...(pairs.length === 0 ? [] : [`export ANTHROPIC_CUSTOM_HEADERS=$'${headers}'`]),
          'unset ANTHROPIC_API_KEY',
          'claude',
        ].join('\n'),
      },
    ],
    notes: [anthropicKey, 'Type /status in Claude Code: it shows the address that it uses.', keepOutOfRepositories],
  };
}

function codex({ url, token, model, pairs }: Filled): Recipe {
  const headers = pairs.map(([name, value]) => `${json(name)} = ${json(value)}`).join(', ');
  return {
    title: 'Codex',
    steps: [
      {
        where: '~/.codex/config.toml',
        text: [
          `model = ${json(model)}`,
          'model_provider = "ensemble"',
          'web_search = "disabled"',
          '',
          '[model_providers.ensemble]',
          'name = "Ensemble"',
          `base_url = ${json(openAiBase(url))}`,
          'wire_api = "responses"',
          'env_key = "ENSEMBLE_TOKEN"',
          ...(pairs.length === 0 ? [] : [`http_headers = { ${headers} }`]),
        ].join('\n'),
      },
      { where: 'In your shell', text: `export ENSEMBLE_TOKEN=${shell(token)}\ncodex` },
    ],
    notes: [
      'The first three lines belong at the top of the file, before the first line in brackets.',
      'Web search runs at OpenAI alone: without its line, models of other providers refuse what Codex asks.',
      keepOutOfRepositories,
    ],
  };
}

function openCode({ url, token, model, headers, pairs }: Filled): Recipe {
  const options = {
    baseURL: openAiBase(url),
    apiKey: '{env:ENSEMBLE_TOKEN}',
    ...(pairs.length === 0 ? {} : { headers }),
  };
  const config = {
    $schema: 'https://opencode.ai/config.json',
    model: `ensemble/${model}`,
    provider: {
      ensemble: { npm: '@ai-sdk/openai-compatible', name: 'Ensemble', options, models: { [model]: { name: model } } },
    },
  };
  return {
    title: 'OpenCode',
    steps: [
      { where: '~/.config/opencode/opencode.json', text: JSON.stringify(config, null, 2) },
      { where: 'In your shell', text: `export ENSEMBLE_TOKEN=${shell(token)}\nopencode` },
    ],
    notes: [keepOutOfRepositories],
  };
}

function geminiCli({ url, token, model, pairs }: Filled): Recipe {
  const headers = pairs.map(([name, value]) => `${name}: ${value}`).join(', ');
  return {
    title: 'Gemini CLI',
    steps: [
      {
        where: 'In your shell, or in its start-up file',
        text: [
          `export GOOGLE_GEMINI_BASE_URL=${shell(geminiBase(url))}`,
          `export GEMINI_API_KEY=${shell(token)}`,
          `export GEMINI_MODEL=${shell(model)}`,
          ...(pairs.length === 0 ? [] : [`export GEMINI_CLI_CUSTOM_HEADERS=${shell(headers)}`]),
          'unset GOOGLE_API_KEY GOOGLE_GENAI_USE_VERTEXAI',
          'gemini',
        ].join('\n'),
      },
    ],
    notes: [
      'When it asks how to sign in, choose the Gemini API key.',
      'Its web search runs at Google alone: models of other makers refuse it, and everything else works.',
      keepOutOfRepositories,
    ],
  };
}

function cursorLike({ url, token, model, pairs }: Filled): Recipe {
  return {
    title: 'Cursor and similar editors',
    steps: [
      { where: 'Settings › Models › Override OpenAI base URL', text: openAiBase(url) },
      { where: 'OpenAI API key', text: token },
      { where: 'Add a model', text: model },
    ],
    notes: [
      'Some of these editors send each call through the servers of their makers. Then the address above must be reachable from the internet, and your code has left before the rules here apply. Ask an admin first.',
      ...(pairs.length === 0 ? [] : ['They cannot send headers of their own: make a token that is bound to one team.']),
    ],
  };
}

function continueLike({ url, token, model, pairs }: Filled): Recipe {
  return {
    title: 'Continue and similar extensions',
    steps: [
      {
        where: '~/.continue/config.yaml',
        text: [
          'name: Ensemble',
          'version: 1.0.0',
          'schema: v1',
          'models:',
          `  - name: ${json(model)}`,
          '    provider: openai',
          `    model: ${json(model)}`,
          `    apiBase: ${json(openAiBase(url))}`,
          `    apiKey: ${json(token)}`,
          '    roles: [chat, edit, apply]',
          ...(pairs.length === 0 ? [] : ['    requestOptions:', '      headers:']),
          ...pairs.map(([name, value]) => `        ${name}: ${json(value)}`),
        ].join('\n'),
      },
    ],
    notes: [
      'Extensions that ask for an OpenAI-compatible server take the same address, key and model.',
      keepOutOfRepositories,
    ],
  };
}

const inTypeScript = (name: string, pairs: [string, string][]) =>
  pairs.length === 0
    ? []
    : [`  ${name}: { ${pairs.map(([key, value]) => `${json(key)}: ${json(value)}`).join(', ')} },`];
const inPython = (pairs: [string, string][]) =>
  pairs.length === 0
    ? []
    : [`    default_headers={${pairs.map(([key, value]) => `${json(key)}: ${json(value)}`).join(', ')}},`];
const tokenStep = (token: string): RecipeStep => ({
  where: 'In your shell',
  text: `export ENSEMBLE_TOKEN=${shell(token)}`,
});

function openAiTypeScript({ url, token, model, pairs }: Filled): Recipe {
  return {
    title: 'openai for TypeScript',
    steps: [
      tokenStep(token),
      {
        where: 'ask.ts',
        text: [
          "import OpenAI from 'openai';",
          '',
          'const client = new OpenAI({',
          `  baseURL: ${json(openAiBase(url))},`,
          '  apiKey: process.env.ENSEMBLE_TOKEN,',
          ...inTypeScript('defaultHeaders', pairs),
          '});',
          `const answer = await client.responses.create({ model: ${json(model)}, input: 'Say hello' });`,
          'console.log(answer.output_text);',
        ].join('\n'),
      },
    ],
    notes: ['client.chat.completions works as well.'],
  };
}

function openAiPython({ url, token, model, pairs }: Filled): Recipe {
  return {
    title: 'openai for Python',
    steps: [
      tokenStep(token),
      {
        where: 'ask.py',
        text: [
          'import os',
          'from openai import OpenAI',
          '',
          'client = OpenAI(',
          `    base_url=${json(openAiBase(url))},`,
          '    api_key=os.environ["ENSEMBLE_TOKEN"],',
          ...inPython(pairs),
          ')',
          `answer = client.responses.create(model=${json(model)}, input="Say hello")`,
          'print(answer.output_text)',
        ].join('\n'),
      },
    ],
    notes: ['client.chat.completions works as well.'],
  };
}

function anthropicTypeScript({ url, token, model, pairs }: Filled): Recipe {
  return {
    title: '@anthropic-ai/sdk for TypeScript',
    steps: [
      tokenStep(token),
      {
        where: 'ask.ts',
        text: [
          "import Anthropic from '@anthropic-ai/sdk';",
          '',
          'const client = new Anthropic({',
          `  baseURL: ${json(anthropicBase(url))},`,
          '  apiKey: process.env.ENSEMBLE_TOKEN,',
          ...inTypeScript('defaultHeaders', pairs),
          '});',
          'const answer = await client.messages.create({',
          `  model: ${json(model)},`,
          '  max_tokens: 1024,',
          "  messages: [{ role: 'user', content: 'Say hello' }],",
          '});',
          'console.log(answer.content);',
        ].join('\n'),
      },
    ],
    notes: [],
  };
}

function anthropicPython({ url, token, model, pairs }: Filled): Recipe {
  return {
    title: 'anthropic for Python',
    steps: [
      tokenStep(token),
      {
        where: 'ask.py',
        text: [
          'import os',
          'from anthropic import Anthropic',
          '',
          'client = Anthropic(',
          `    base_url=${json(anthropicBase(url))},`,
          '    api_key=os.environ["ENSEMBLE_TOKEN"],',
          ...inPython(pairs),
          ')',
          'answer = client.messages.create(',
          `    model=${json(model)},`,
          '    max_tokens=1024,',
          '    messages=[{"role": "user", "content": "Say hello"}],',
          ')',
          'print(answer.content[0].text)',
        ].join('\n'),
      },
    ],
    notes: [],
  };
}

function curl({ url, token, model, pairs }: Filled): Recipe {
  const call = (address: string, body: unknown, more: string[] = []) =>
    [
      `curl ${shell(address)}`,
      `  -H "authorization: Bearer $ENSEMBLE_TOKEN"`,
      `  -H 'content-type: application/json'`,
      ...more,
      ...pairs.map(([name, value]) => `  -H ${shell(`${name}: ${value}`)}`),
      `  -d ${shell(JSON.stringify(body))}`,
    ].join(' \\\n');
  const messages = [{ role: 'user', content: 'Say hello' }];
  return {
    title: 'curl',
    steps: [
      tokenStep(token),
      { where: 'OpenAI, responses', text: call(`${openAiBase(url)}/responses`, { model, input: 'Say hello' }) },
      { where: 'OpenAI, chat/completions', text: call(`${openAiBase(url)}/chat/completions`, { model, messages }) },
      {
        where: 'Anthropic, messages',
        text: call(`${anthropicBase(url)}/v1/messages`, { model, max_tokens: 1024, messages }, [
          "  -H 'anthropic-version: 2023-06-01'",
        ]),
      },
    ],
    notes: [],
  };
}

/** All recipes, the agents first. */
export function recipesFor(connection: Connection): Recipe[] {
  const filled: Filled = {
    ...connection,
    token: connection.token ?? 'YOUR_TOKEN',
    model: connection.model ?? 'MODEL',
    pairs: Object.entries(connection.headers),
  };
  const all = [
    claudeCode,
    codex,
    openCode,
    geminiCli,
    cursorLike,
    continueLike,
    openAiTypeScript,
    openAiPython,
    anthropicTypeScript,
    anthropicPython,
    curl,
  ];
  return all.map((recipe) => recipe(filled));
}
