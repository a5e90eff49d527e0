import { asksForHelp } from '../options.ts';
import type { Rule } from '../rule.ts';
import { wholeVerbs } from './service-verbs.ts';

/** Commands of tools for migrations that empty, drop or roll back a database, after `npx`, `bundle exec` and their like. */
const drops = wholeVerbs({
  prisma:
    /^(?:migrate reset|db push\b.*(?:--force-reset|--accept-data-loss)|db execute|migrate resolve|db seed\b.*--reset)/,
  drizzle: /^(?:push|drop)/,
  'drizzle-kit': /^(?:push|drop)/,
  knex: /^(?:migrate:(?:rollback|down|unlock)|seed:run)/,
  sequelize: /^(?:db:(?:drop|migrate:undo(?::all)?|seed:undo(?::all)?))/,
  'sequelize-cli': /^(?:db:(?:drop|migrate:undo(?::all)?|seed:undo(?::all)?))/,
  typeorm: /^(?:schema:(?:drop|sync)|migration:revert)/,
  'typeorm-ts-node-commonjs': /^(?:schema:(?:drop|sync)|migration:revert)/,
  'mikro-orm': /^(?:schema:(?:drop|fresh|update)|migration:(?:down|fresh)|database:drop)/,
  rails:
    /^(?:db:(?:drop|reset|purge|rollback|truncate_all|migrate:(?:reset|down|redo)|schema:load|structure:load|setup|fixtures:load|seed:replant|environment:set)|destroy)/,
  rake: /^(?:db:(?:drop|reset|purge|rollback|truncate_all|migrate:(?:reset|down|redo)|schema:load|structure:load|setup|seed:replant))/,
  alembic: /^(?:downgrade|stamp)/,
  flask: /^db (?:downgrade|stamp)/,
  aerich: /^downgrade/,
  diesel: /^(?:database (?:reset|drop)|migration (?:revert|redo))/,
  sqlx: /^(?:database (?:drop|reset)|migrate revert)/,
  'sea-orm-cli': /^migrate (?:fresh|reset|refresh|down)/,
  goose: /(?:^| )(?:down|down-to|reset|redo)(?= |$)/,
  migrate: /(?:^| )(?:down|drop|force|goto)(?= |$)/,
  dbmate: /(?:^| )(?:down|drop|rollback)(?= |$)/,
  atlas: /^(?:schema (?:clean|apply)|migrate (?:down|set))/,
  flyway: /(?:^| )(?:clean|undo|repair|baseline)(?= |$)/,
  liquibase: /(?:^| )(?:drop-?all|rollback\S*|clear-?checksums|changelog-?sync)(?= |$)/i,
  artisan:
    /^(?:migrate:(?:fresh|reset|rollback|refresh)|db:wipe|schema:dump.*--prune|queue:(?:flush|clear)|cache:clear)/,
  'manage.py': /^(?:flush|reset_db|sqlflush|migrate \S+ (?:zero|\d+)|delete_\w+|dropdb|clear_\w+)/,
  'django-admin': /^(?:flush|reset_db|migrate \S+ zero)/,
  console:
    /^(?:doctrine:(?:database:drop|schema:drop|schema:update|fixtures:load|migrations:(?:migrate (?:first|prev)|execute.*--down)))/,
  doctrine: /^(?:orm:schema-tool:drop|migrations:execute.*--down)/,
  mix: /^(?:ecto\.(?:drop|reset|rollback))/,
  phinx: /^rollback/,
  supabase:
    /^(?:db (?:reset|push)|stop\b.*--no-backup|projects delete|branches delete|functions delete|secrets unset|storage rm)/,
  hasura: /^(?:migrate (?:delete|apply\b.*--down)|metadata (?:clear|reset)|database.*drop)/,
  sqitch: /^(?:revert|rebase)/,
  convex: /^(?:import\b.*--replace|data delete|env remove)/,
  dotnet: /^ef (?:database drop|migrations remove|database update 0)/,
  strapi: /^(?:import|transfer|configuration:restore)/,
  payload: /^migrate:(?:fresh|reset|down|refresh)/,
  directus: /^(?:schema apply|database migrate:down)/,
  medusa: /^db:(?:rollback|setup)/,
  graphile: /^reset/,
  'graphile-migrate': /^reset/,
  'node-pg-migrate': /^(?:down|redo)/,
  'migrate-mongo': /^down/,
  pscale: /^(?:database|branch|backup|password) delete/,
  neonctl: /^(?:projects|branches|databases|roles) delete/,
  neon: /^(?:projects|branches|databases|roles) delete/,
  turso: /^(?:db|group) (?:destroy|tokens invalidate)/,
  wp: /^(?:db (?:drop|reset|clean|import|query)|site (?:empty|delete)|(?:post|user|plugin|theme|term|option|comment|transient) delete|search-replace(?!.*--dry-run)|core (?:update|download)\b.*--force)/,
  drush: /^(?:sql-drop|sql:drop|site-install|si|sql-sync|sql:sync)/,
});

const scripts = /(?:^|\/)(?:artisan|manage\.py|console|rails|rake)$/;

export const migrationRules: readonly Rule[] = [
  {
    id: 'databases.migrate-back',
    verdict: 'deny',
    programs: [
      ...Object.keys(drops),
      'python',
      'python3',
      'php',
      'ruby',
      'npx',
      'pnpm',
      'yarn',
      'bunx',
      'bun',
      'bundle',
      'poetry',
      'uv',
      'pipenv',
      'npm',
      'dlx',
    ],
    matches: ({ name, args }) => {
      if (
        asksForHelp(args) ||
        args.some(({ text }) => text === '--dry-run' || text === '--pretend' || text === '--sql')
      )
        return false;
      const words = args.map(({ text }) => text);
      const at = drops[name]
        ? -1
        : words.findIndex(
            (word) => !word.startsWith('-') && (scripts.test(word) || drops[word.replace(/@.*$/, '')] !== undefined),
          );
      if (!drops[name] && at < 0) return false;
      const tool = at < 0 ? name : (words[at] ?? '').replace(/^.*\//, '').replace(/@.*$/, '');
      const rest = words.slice(at + 1);
      const firstVerb = rest.findIndex((word) => !word.startsWith('-'));
      const line = rest.slice(Math.max(0, firstVerb)).join(' ');
      return drops[tool]?.test(line) ?? false;
    },
    reason: 'This empties, drops or rolls back a database.',
    saferWay: 'Make a new migration that goes forward, and try it on a database that is made for it.',
    examples: {
      ng: [
        'npx prisma migrate reset --force',
        'rails db:drop',
        'bundle exec rake db:reset',
        'alembic downgrade base',
        'npx drizzle-kit push --force',
        'knex migrate:rollback --all',
        'npx sequelize-cli db:drop',
        'python manage.py flush --no-input',
        'php artisan migrate:fresh',
        'supabase db reset',
        'mix ecto.drop',
        'flyway clean',
        'npx typeorm schema:drop',
        'bin/rails db:migrate:reset',
        'prisma db push --accept-data-loss',
        'goose postgres "x" down',
        'dotnet ef database drop',
        'wp db reset --yes',
      ],
      ok: [
        'npx prisma migrate dev',
        'rails db:migrate',
        'alembic upgrade head',
        'npx drizzle-kit generate',
        'knex migrate:latest',
        'python manage.py migrate',
        'php artisan migrate',
        'python manage.py runserver',
        'flyway info',
        'prisma generate',
        'rails db:migrate:status',
        'alembic downgrade base --sql',
        'npx prisma studio',
        'goose status',
      ],
    },
  },
];
