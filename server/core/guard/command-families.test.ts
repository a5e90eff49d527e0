import { expect, test } from 'vitest';
import { loadBash } from '../../platform/parsers/bash.ts';
import { familiesOf } from './command-families.ts';
import { interpret } from './interpret.ts';

const parse = await loadBash();
const of = (line: string) => familiesOf([], interpret(parse(line), {}));

test.each<[string, string]>([
  ['git push origin main', 'version-control'],
  ['git -C web commit -m x', 'version-control'],
  ['git branch fix', 'version-control'],
  ['git clean -n', 'deletion version-control'],
  ['gh pr merge 4', 'version-control'],
  ['gh release create v1', 'version-control publishing'],
  ['npx prisma migrate deploy', 'databases'],
  ['pnpm dlx prisma@6 db push', 'databases'],
  ['bundle exec rails db:migrate', 'databases'],
  ['python manage.py migrate', 'databases'],
  ['php artisan migrate', 'databases'],
  ['psql -h db -c "select 1"', 'databases'],
  ['docker compose exec db psql -c "select 1"', 'databases cloud'],
  ['npm run db:migrate', 'databases'],
  ['make deploy', 'cloud'],
  ['pnpm release', 'publishing'],
  ['kubectl apply -f x.yaml', 'cloud'],
  ['kubectl exec app -- rm -f /tmp/x', 'deletion cloud'],
  ['aws s3 cp list s3://b', 'cloud'],
  ['terraform apply', 'cloud'],
  ['npm install left-pad', 'packages'],
  ['yarn', 'packages'],
  ['uv run pip install x', 'packages'],
  ['sudo apt install jq', 'packages machine'],
  ['curl -O https://example.com/a.tgz', 'network'],
  ['rsync -a --delete out/ host:/srv', 'deletion network'],
  ['vault kv get secret/app', 'secrets'],
  ['kubectl get secret app -o yaml', 'secrets'],
  ['aws secretsmanager get-secret-value --secret-id x', 'secrets'],
  ['chmod +x run.sh', 'machine'],
  ['rm dist/app.js && git push', 'deletion version-control'],
  ['bash -c "cd web && npm ci"', 'packages'],
  ['X=push; git $X', 'version-control'],
])('[GU80] %s is about: %s', (line, families) => {
  expect(of(line).join(' ')).toBe(families);
});

test.each([
  'git status',
  'git log --oneline | head',
  'git branch -a',
  'git stash list',
  'git config --get user.name',
  'git push --help',
  'git push --dry-run',
  'gh pr view 4',
  'kubectl get pods',
  'docker compose ps',
  'docker logs app',
  'terraform plan',
  'aws ec2 describe-instances',
  'prisma generate',
  'npx prisma migrate status',
  'npm test',
  'npm run build',
  'pnpm lint',
  'pip list',
  'cargo test',
  'go build ./...',
  'make',
  'ls -la && cat README.md',
  'npx prettier --check .',
  'systemctl status nginx',
  'echo git push',
])('[GU80] %s is about nothing', (line) => {
  expect(of(line)).toEqual([]);
});

test('[GU80] rules that spoke add their families, each once', () => {
  const families = familiesOf(
    ['git.force-push', 'egress.upload', 'mode.ask', 'gru_1'],
    interpret(parse('git push -f'), {}),
  );
  expect(families).toEqual(['version-control', 'network', 'house']);
});
