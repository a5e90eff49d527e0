import type { SimpleCommand, Word } from '../interpreted.ts';
import { asksForHelp, readOptions, type Options, type OptionTable } from '../options.ts';
import { placeOf } from '../path-scope.ts';
import type { Rule, RuleContext, RuleMatch } from '../rule.ts';
import { isSecretPath } from './secret-paths.ts';

const engines = ['docker', 'podman', 'nerdctl', 'docker-compose', 'podman-compose', 'buildah'];

const globals: OptionTable = {
  letters: 'HcfpDl',
  valued: [
    'host',
    'context',
    'config',
    'log-level',
    'file',
    'project-name',
    'project-directory',
    'env-file',
    'profile',
    'tlscacert',
    'tlscert',
    'tlskey',
    'ansi',
    'parallel',
    'namespace',
    'address',
    'connection',
    'url',
  ],
  stopAtOperand: true,
};

/** The words of a call after the global options, `compose` put before those of docker-compose. */
function readEngine({ name, args }: SimpleCommand) {
  const { operands } = readOptions(args, globals);
  const [first, ...rest] = operands;
  if (name.endsWith('-compose')) return { verb: 'compose', rest: operands };
  return { verb: first?.text ?? '', rest };
}

const groups = new Set([
  'container',
  'image',
  'volume',
  'network',
  'system',
  'builder',
  'buildx',
  'context',
  'swarm',
  'node',
  'service',
  'stack',
  'secret',
  'config',
  'plugin',
  'pod',
  'machine',
  'manifest',
  'trust',
  'checkpoint',
]);

function judgeEngine(command: SimpleCommand): boolean | RuleMatch {
  const { verb, rest } = readEngine(command);
  if (asksForHelp(command.args) || rest.some(({ text }) => text === '--dry-run')) return false;
  if (verb === 'compose') return judgeCompose(readOptions(rest, globals).operands.map(({ text }) => text));
  if (groups.has(verb))
    return judgeGroup(
      verb,
      rest.map(({ text }) => text),
    );
  if (/^(?:rm|rmi|kill)$/.test(verb)) return ask('This removes or ends containers or images that others may use.');
  return (
    /^(?:stop|restart|pause|update|rename)$/.test(verb) && ask('This stops or changes containers that others may use.')
  );
}

function judgeGroup(group: string, words: readonly string[]): boolean | RuleMatch {
  const [verb = ''] = words.filter((word) => !word.startsWith('-'));
  if (/^(?:prune|reset)$/.test(verb)) return true;
  if (group === 'swarm') return /^(?:leave|update|ca)$/.test(verb);
  if (/^(?:rm|remove|kill|demote|stop|down)$/.test(verb))
    return holdingGroups.has(group) || ask('This removes something that other containers may use.');
  return (
    /^(?:scale|rollback|update|restart|pause|disconnect|disable)$/.test(verb) &&
    ask('This changes containers that others may use.')
  );
}

/** What is removed here takes data or settings with it. */
const holdingGroups = new Set(['volume', 'stack', 'service', 'secret', 'machine']);

function judgeCompose(words: readonly string[]): boolean | RuleMatch {
  const [verb = '', ...rest] = words;
  if (verb === 'down') return rest.some((word) => /^(?:-v|--volumes|--rmi(?:=.*)?)$/.test(word)) ? true : false;
  if (verb === 'rm')
    return rest.some((word) => /^-\w*v/.test(word) || word === '--volumes')
      ? true
      : ask('This removes the containers of the project.');
  if (verb === 'kill') return ask('This ends the containers of the project without letting them finish.');
  return verb === 'up' && rest.some((word) => word === '-V' || word === '--renew-anon-volumes')
    ? ask('This makes volumes anew.')
    : false;
}

function ask(reason: string): RuleMatch {
  return { verdict: 'ask', reason, saferWay: 'Name the containers of this project only, after docker ps.' };
}

const runTable: OptionTable = {
  letters: 'veupwhmlac',
  valued:
    'volume mount env env-file user publish workdir name network net cap-add device pid ipc uts userns security-opt cgroup-parent hostname memory cpus entrypoint label restart platform pull gpus add-host dns tmpfs volumes-from privileged-mode cgroupns link log-driver shm-size ulimit'.split(
      ' ',
    ),
  flags: ['privileged', 'rm', 'detach', 'interactive', 'tty'],
  stopAtOperand: true,
};

/** Rights and folders by which a container reaches its host. */
function reachesHost(command: SimpleCommand, context: RuleContext): boolean {
  const started = startedWith(command);
  if (!started || asksForHelp(started)) return false;
  const options = readOptions(started, runTable);
  if (options.has('privileged', 'device') || hasHostRights(options)) return true;
  return [...options.values('v', 'volume'), ...options.values('mount')].some((word) =>
    mountsHost(word, command, context),
  );
}

/** The words after the verb by which a container is started or entered. */
function startedWith(command: SimpleCommand): readonly Word[] | undefined {
  const { verb, rest } = readEngine(command);
  const starts = (text: string | undefined) => /^(?:run|create|exec)$/.test(text ?? '');
  if (starts(verb)) return rest;
  if (verb === 'container') return starts(rest[0]?.text) ? rest.slice(1) : undefined;
  const at = verb === 'compose' ? rest.findIndex(({ text }) => text === 'run' || text === 'exec') : -1;
  return at < 0 ? undefined : rest.slice(at + 1);
}

function hasHostRights(options: Options): boolean {
  return (
    options.values('pid', 'ipc', 'uts', 'userns').some(({ text }) => text === 'host') ||
    options.values('cap-add').some(({ text }) => /ALL|SYS_|DAC_|NET_ADMIN|BPF/i.test(text)) ||
    options.values('security-opt').some(({ text }) => /unconfined|disable|no-new-privileges[=:]false/.test(text))
  );
}

function mountsHost(word: Word, command: SimpleCommand, context: RuleContext): boolean {
  const source = /(?:^|,)(?:source|src)=([^,]*)/.exec(word.text)?.[1] ?? word.text.split(':')[0] ?? '';
  if (/(?:docker|containerd|podman)\.sock/.test(word.text)) return true;
  if (!/^[/~.\0]/.test(source)) return false;
  const { scope } = placeOf({ ...word, text: source }, command, context.facts);
  return scope === 'everything' || scope === 'home' || scope === 'device' || isSecretPath(source);
}

export const containerRules: readonly Rule[] = [
  {
    id: 'containers.remove',
    verdict: 'deny',
    programs: engines,
    matches: judgeEngine,
    reason: 'This removes containers, images or volumes, data included.',
    saferWay: 'List them first and remove by name what this project made.',
    examples: {
      ng: [
        'docker system prune -af',
        'docker volume rm data',
        'docker volume prune -f',
        'docker compose down -v',
        'docker rm -f $(docker ps -aq)',
        'docker rmi x',
        'docker image prune -a',
        'podman system reset',
        'docker stack rm x',
        'docker swarm leave --force',
        'docker --context prod rm x',
        'docker-compose down --volumes',
        'docker kill x',
        'docker service rm x',
        'docker stop db',
        'docker compose -f a.yml down --rmi all',
        'docker network rm x',
        'docker builder prune -a',
        'docker compose rm -fv',
      ],
      ok: [
        'docker ps -a',
        'docker images',
        'docker logs x',
        'docker build -t x .',
        'docker run --rm x',
        'docker compose up -d',
        'docker compose down',
        'docker compose logs',
        'docker inspect x',
        'docker exec app ls',
        'docker volume ls',
        'docker system df',
        'docker pull x',
        'docker compose restart web',
        'docker compose stop',
      ],
    },
  },
  {
    id: 'containers.reach-host',
    verdict: 'ask',
    programs: engines,
    matches: reachesHost,
    reason: 'This lets a container reach the machine that it runs on.',
    saferWay: 'Mount folders of the project only, without extra rights.',
    examples: {
      ng: [
        'docker run --privileged x',
        'docker run -v /:/host x',
        'docker run -v /var/run/docker.sock:/var/run/docker.sock x',
        'docker run --pid=host x',
        'docker run --cap-add SYS_ADMIN x',
        'docker run -v ~/.ssh:/root/.ssh x',
        'podman run --security-opt seccomp=unconfined x',
        'docker run --mount type=bind,source=/etc,target=/x y',
        'docker exec --privileged x sh',
      ],
      ok: [
        'docker run -v "$PWD:/app" x',
        'docker run -p 8080:80 nginx',
        'docker run -v data:/data x',
        'docker run -it ubuntu bash',
        'docker run --network host x',
        'docker exec -it app sh',
      ],
    },
  },
];
