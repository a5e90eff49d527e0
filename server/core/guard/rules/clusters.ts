import type { SimpleCommand } from '../interpreted.ts';
import { readOptions, type Options, type OptionTable } from '../options.ts';
import type { Rule, RuleMatch } from '../rule.ts';
import { isTrial, wholeVerbs } from './service-verbs.ts';

const kubectls = ['kubectl', 'k', 'oc', 'kubecolor', 'microk8s.kubectl', 'k3s', 'minikube'];

const kubectlTable: OptionTable = {
  letters: 'nfolLskcv',
  valued:
    'namespace context kubeconfig cluster user server token as as-group output selector field-selector filename kustomize container replicas type patch image from-literal from-file grace-period timeout cascade template request-timeout field-manager v'.split(
      ' ',
    ),
  flags: ['all', 'force', 'dry-run', 'prune', 'all-namespaces', 'overwrite'],
};

const firmVerbs = /^(?:delete|drain|evict|destroy)$/;
const softVerbs =
  /^(?:cordon|taint|scale|patch|edit|replace|set|label|annotate|exec|cp|rollout|autoscale|certificate|debug|attach|port-forward|proxy|apply|create|run|expose|adm|policy|login|import|new-app|start-build|rsh|rsync|process)$/;

/** Verbs that change a cluster a little, or in ways that the file tells. */
const usualVerbs =
  /^(?:label|annotate|rollout|exec|port-forward|proxy|attach|create|run|expose|cp|login|new-app|start-build|rsh|process|import|autoscale)$/;

function judgeKubectl(command: SimpleCommand): boolean | RuleMatch {
  const options = readOptions(command.args, kubectlTable);
  const words = options.operands.map(({ text }) => text);
  if (command.name === 'k3s' || command.name === 'minikube') {
    if (words[0] !== 'kubectl') return false;
    words.shift();
  }
  if (isTrial(command) || command.args.some(({ text }) => /^--dry-run(?:=(?:client|server|true))?$/.test(text)))
    return false;
  const [verb = '', second = ''] = words;
  if (firmVerbs.test(verb)) return true;
  if (!softVerbs.test(verb)) return false;
  return judgeSoftVerb({ verb, second, words, options });
}

type SoftCall = { verb: string; second: string; words: readonly string[]; options: Options };

function judgeSoftVerb({ verb, second, words, options }: SoftCall): boolean | RuleMatch {
  if (verb === 'replace' && options.has('force')) return true;
  if (verb === 'scale' && options.values('replicas').some(({ text }) => text === '0')) return true;
  if (verb === 'apply') return options.has('prune', 'force') || askFor('This changes what a cluster runs.');
  if (verb === 'adm')
    return /^(?:drain|policy|cordon|manage-node)$/.test(second) || (second === 'prune' && options.has('confirm'));
  const reason = softReason(`${verb} ${second}`, [...words, ...options.values('overrides').map(({ text }) => text)]);
  return reason !== undefined && askFor(reason);
}

const hostRights = /privileged|hostPID|hostNetwork|hostPath/;

function softReason(call: string, words: readonly string[]): string | undefined {
  if (/^rollout (?:undo|restart|pause)/.test(call)) return 'This rolls what a cluster runs back or restarts it.';
  if (/^create (?:clusterrolebinding|rolebinding|clusterrole|role|token)/.test(call))
    return 'This gives rights in a cluster.';
  if (call.startsWith('run ') && words.some((word) => hostRights.test(word)))
    return 'This starts something with rights in a cluster.';
  return usualVerbs.test(call.split(' ')[0] ?? '') ? undefined : 'This changes what a cluster runs.';
}

function askFor(reason: string): RuleMatch {
  return { verdict: 'ask', reason, saferWay: 'Use --dry-run=server or kubectl diff first; a person applies it.' };
}

const helmTable: OptionTable = {
  letters: 'nfoel',
  valued: [
    'namespace',
    'kube-context',
    'kubeconfig',
    'values',
    'set',
    'version',
    'timeout',
    'selector',
    'environment',
    'file',
  ],
  flags: ['force', 'dry-run', 'reset-values', 'install', 'atomic'],
};

function judgeHelm(command: SimpleCommand): boolean | RuleMatch {
  if (isTrial(command)) return false;
  const options = readOptions(command.args, helmTable);
  const [verb = '', second = ''] = options.operands.map(({ text }) => text);
  if (/^(?:uninstall|delete|del|un|destroy)$/.test(verb)) return true;
  if (command.name === 'helmfile') return /^(?:sync|apply)$/.test(verb) && askFor('This changes what a cluster runs.');
  if (verb === 'upgrade') return options.has('force', 'reset-values', 'cleanup-on-fail');
  if (verb === 'rollback') return askFor('This rolls a release back.');
  return /^(?:repo remove|plugin (?:un)?install)$/.test(`${verb} ${second}`) && askFor('This changes what helm uses.');
}

const nodeTools = wholeVerbs({
  kubeadm: /^(?:reset|token delete|upgrade apply|certs renew|join|init)/,
  kubectx: /^-d/,
  kubens: /^-d/,
  k9s: /^$/,
  istioctl: /^(?:uninstall|x uninstall|install)/,
  linkerd: /^(?:uninstall|prune)/,
  cilium: /^(?:uninstall|clustermesh disable)/,
  kustomize: /^$/,
  skaffold: /^delete/,
  tilt: /^down/,
  devspace: /^purge/,
  crictl: /^(?:rm|rmi|rmp|stop|stopp)\b/,
  ctr: /(?:^| )(?:rm|remove|delete|kill)\b/,
  calicoctl: /^(?:delete|replace|apply)/,
  etcdutl: /^(?:snapshot restore|defrag)/,
  cmctl: /^(?:x uninstall|renew)/,
  'kubectl-delete': /./,
  kn: /(?:^| )delete\b/,
  tkn: /(?:^| )delete\b/,
  kubeseal: /^$/,
});

export const clusterRules: readonly Rule[] = [
  {
    id: 'clusters.kubectl',
    verdict: 'deny',
    programs: kubectls,
    matches: judgeKubectl,
    reason: 'This removes or moves what a cluster runs.',
    saferWay: 'Use --dry-run=server first; a person does it.',
    examples: {
      ng: [
        'kubectl delete pod x',
        'kubectl -n prod delete deployment api',
        'kubectl delete ns prod',
        'kubectl delete -f x.yaml',
        'kubectl drain node1 --ignore-daemonsets',
        'k delete pods --all',
        'kubectl --context prod delete svc x',
        'kubectl scale deploy x --replicas=0',
        'kubectl replace --force -f x.yaml',
        'kubectl rollout undo deploy/x',
        'kubectl cordon n',
        'kubectl patch deploy x -p y',
        'oc delete project x',
        'kubectl taint nodes n a=b:NoExecute',
        'kubectl apply -f x --prune',
        'kubectl edit deploy x',
        'kubectl apply -f x.yaml',
        'kubectl set image deploy/x a=b',
      ],
      ok: [
        'kubectl get pods -A',
        'kubectl describe pod delete',
        'kubectl logs x',
        'kubectl delete pod x --dry-run=client',
        'kubectl uncordon n',
        'kubectl diff -f x.yaml',
        'kubectl rollout status deploy/x',
        'kubectl config get-contexts',
        'kubectl top nodes',
        'kubectl get pods -l app=delete',
        'kubectl explain pod',
        'kubectl exec x -- ls',
      ],
    },
  },
  {
    id: 'clusters.helm',
    verdict: 'deny',
    programs: ['helm', 'helm3', 'helmfile', 'helmsman'],
    matches: judgeHelm,
    reason: 'This removes or overwrites a release.',
    saferWay: 'Use --dry-run and helm diff first; a person does it.',
    examples: {
      ng: [
        'helm uninstall x',
        'helm delete x -n prod',
        'helm rollback x 1',
        'helm upgrade --force x y',
        'helmfile destroy',
        'helmfile sync',
      ],
      ok: [
        'helm list',
        'helm template x',
        'helm uninstall x --dry-run',
        'helm lint',
        'helm upgrade --install x y',
        'helm repo update',
        'helmfile diff',
      ],
    },
  },
  {
    id: 'clusters.node-tools',
    verdict: 'deny',
    programs: Object.keys(nodeTools),
    matches: (command) =>
      !isTrial(command) &&
      (nodeTools[command.name]?.test(
        readOptions(command.args, { letters: 'n', valued: ['namespace'] })
          .operands.map(({ text }) => text)
          .join(' '),
      ) ??
        false) &&
      command.args.length > 0,
    reason: 'This removes or resets parts of a cluster.',
    saferWay: 'Look at its state, and let a person do it.',
    examples: {
      ng: [
        'kubeadm reset -f',
        'istioctl uninstall --purge',
        'linkerd uninstall',
        'skaffold delete',
        'crictl rmi x',
        'tkn pipeline delete x',
      ],
      ok: ['kubeadm version', 'istioctl analyze', 'skaffold dev', 'crictl ps', 'kustomize build .'],
    },
  },
];
