import { actionFamilies, familyOf, type ActionFamily } from './action-family.ts';
import type { Edit } from './edits/change.ts';
import { migrationPath } from './edits/data-removed.ts';
import { isPlaceOfPackages, pipelinePath } from './edits/project-files.ts';
import { isSecretPath } from './rules/secret-paths.ts';
import { steeringPath } from './rules/tampering.ts';

/** Files that say what machines, containers and clusters are. */
const infrastructure =
  /\.(?:tf|tfvars|hcl|bicep)$|(?:^|\/)(?:Dockerfile[\w.-]*|Containerfile|(?:docker-)?compose[\w.-]*\.ya?ml|kustomization\.ya?ml|Chart\.ya?ml|serverless\.ya?ml|Pulumi[\w.-]*\.ya?ml|cdk\.json|fly\.toml|render\.ya?ml|vercel\.json|netlify\.toml)$|(?:^|\/)(?:k8s|kubernetes|helm|charts|terraform|ansible|manifests|cloudformation)\/.+\.(?:ya?ml|json|tpl|template)$/;

const byPath: readonly [ActionFamily, (path: string) => boolean][] = [
  [
    'databases',
    (path) => migrationPath.test(path) || /\.prisma$|(?:^|\/)db\/(?:schema\.rb|structure\.sql)$/.test(path),
  ],
  ['cloud', (path) => infrastructure.test(path)],
  ['packages', isPlaceOfPackages],
  ['secrets', isSecretPath],
  ['pipelines', (path) => pipelinePath.test(path)],
  ['tampering', (path) => steeringPath.test(path)],
];

/** The families of a change of a file (docs/spec/guard.md, GU86): what the file is for, whatever is said of the change, and of the rules that spoke. */
export function familiesOfEdit(ruleIds: readonly string[], { path, oldText, newText }: Edit): ActionFamily[] {
  const clean = path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  const found = new Set<ActionFamily | undefined>(ruleIds.map(familyOf));
  for (const [family, isOf] of byPath) if (isOf(clean)) found.add(family);
  if (newText === null && oldText !== null) found.add('deletion');
  return actionFamilies.filter((family) => found.has(family));
}
