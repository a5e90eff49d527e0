import type { Word } from '../interpreted.ts';
import { emit } from './emit.ts';
import { nameOf } from './simple.ts';
import { fork, type Call, type Done } from './state.ts';

/** Containers: what runs inside one is looked at too. */

const dockerValued =
  /^(?:-[evpuwlmcah]|--(?:env|env-file|volume|publish|user|workdir|label|memory|cpus|name|network|net|mount|entrypoint|hostname|add-host|platform|pid|ipc|cap-add|cap-drop|device|security-opt|restart|gpus|ulimit|shm-size|tmpfs|index|detach-keys|log-driver|log-opt|dns|link|expose|pull|runtime|userns|cidfile|volumes-from|ip|file|project-name|profile|project-directory|context|host|config|log-level))$/;

/** Words after the options of `exec` or `run`: first the container or image, then the command. */
function afterOptions(words: readonly Word[]): readonly Word[] {
  let at = 0;
  while (at < words.length && words[at]?.text.startsWith('-') === true)
    at += dockerValued.test(words[at]?.text ?? '') ? 2 : 1;
  return words.slice(at);
}

function inside(call: Call, words: readonly Word[], via: string): void {
  const [program, ...args] = words;
  const shell = fork(call.shell, { via: [...call.shell.via, via] });
  if (program !== undefined)
    shell.walk.call({ ...call, shell, program, name: nameOf(program), args, redirects: [], byShell: false });
}

function docker(call: Call): Done | undefined {
  const words = afterOptions(call.args);
  const [first, ...rest] =
    words[0]?.text === 'compose' || words[0]?.text === 'container' ? afterOptions(words.slice(1)) : words;
  if (first === undefined || !/^(?:exec|run)$/.test(first.text)) return undefined;
  const at = emit(call);
  const entry = rest.findIndex(({ text }) => text === '--entrypoint');
  const [, ...command] = afterOptions(rest);
  const entryWord = entry < 0 ? undefined : rest[entry + 1];
  inside(call, entryWord === undefined ? command : [entryWord, ...command], `${call.name} ${first.text}`);
  return { status: undefined, output: { text: undefined, from: [at] } };
}

/** Everything after `--` runs in the pod, on the machine, in the project. */
function afterDashes(call: Call): Done | undefined {
  const cut = call.args.findIndex(({ text }) => text === '--');
  if (cut < 0 || !call.args.slice(0, cut).some(({ text }) => /^(?:exec|run|debug|enter|ssh|shell)$/.test(text)))
    return undefined;
  const at = emit(call);
  inside(call, call.args.slice(cut + 1), `${call.name} exec`);
  return { status: undefined, output: { text: undefined, from: [at] } };
}

function enter(call: Call): Done | undefined {
  const [verb, ...rest] = call.args;
  if (verb === undefined || !/^(?:exec|enter|run)$/.test(verb.text)) return undefined;
  const at = emit(call);
  inside(call, afterOptions(rest).slice(1), `${call.name} ${verb.text}`);
  return { status: undefined, output: { text: undefined, from: [at] } };
}

export const containerHandlers = {
  docker, podman: docker, nerdctl: docker, 'docker-compose': docker, 'podman-compose': docker, finch: docker,
  kubectl: afterDashes, oc: afterDashes, k: afterDashes, microk8s: afterDashes, op: afterDashes, infisical: afterDashes, multipass: afterDashes,
  lxc: afterDashes, incus: afterDashes, distrobox: afterDashes, chamber: afterDashes, envconsul: afterDashes, teller: afterDashes,
  apptainer: enter, singularity: enter, toolbox: enter,
}; // prettier-ignore
