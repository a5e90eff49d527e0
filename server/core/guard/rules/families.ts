import { broughtBuildRules } from './brought-builds.ts';
import { channelRules } from './channels.ts';
import { clusterRules } from './clusters.ts';
import { containerRules } from './containers.ts';
import { copyingRules } from './copying.ts';
import { databaseRules } from './databases.ts';
import { deletionRules } from './deletion.ts';
import { diskRules } from './disks.ts';
import { egressRules } from './egress.ts';
import { executionRules } from './execution.ts';
import { findingRules } from './finding.ts';
import { gitHistoryRules } from './git-history.ts';
import { gitTrustRules } from './git-trust.ts';
import { gitWorkRules } from './git-work.ts';
import { httpRules } from './http-calls.ts';
import { installingRules } from './installing.ts';
import { migrationRules } from './migrations.ts';
import { otherVersionControlRules } from './other-version-control.ts';
import { overwritingRules } from './overwriting.ts';
import { packageRules } from './packages.ts';
import { persistenceRules } from './persistence.ts';
import { processRules } from './processes.ts';
import { programDataRules } from './program-data.ts';
import { provisioningRules } from './provisioning.ts';
import { resourceRules } from './resources.ts';
import { rightsRules } from './rights.ts';
import { environmentRules } from './secrets-environment.ts';
import { foundSecretRules } from './secrets-found.ts';
import { keptSecretRules } from './secrets-kept.ts';
import { secretRules } from './secrets.ts';
import { serviceToolRules } from './services-by-tool.ts';
import { serviceVerbRules } from './services-by-verb.ts';
import { serviceRules } from './services.ts';
import { tamperingRules } from './tampering.ts';
import { socketRules } from './socket-commands.ts';
import { taskRules } from './task-names.ts';
import { unknownToolRules } from './unknown-tools.ts';
import { windowsRules } from './windows.ts';
import type { Rule } from '../rule.ts';

const families: readonly Rule[] = [
  ...deletionRules,
  ...findingRules,
  ...overwritingRules,
  ...copyingRules,
  ...gitWorkRules,
  ...gitHistoryRules,
  ...gitTrustRules,
  ...otherVersionControlRules,
  ...diskRules,
  ...rightsRules,
  ...processRules,
  ...serviceRules,
  ...resourceRules,
  ...executionRules,
  ...broughtBuildRules,
  ...egressRules,
  ...secretRules,
  ...channelRules,
  ...foundSecretRules,
  ...keptSecretRules,
  ...environmentRules,
  ...persistenceRules,
  ...tamperingRules,
  ...packageRules,
  ...installingRules,
  ...databaseRules,
  ...migrationRules,
  ...httpRules,
  ...containerRules,
  ...clusterRules,
  ...provisioningRules,
  ...serviceToolRules,
  ...serviceVerbRules,
  ...programDataRules,
  ...socketRules,
  ...taskRules,
  ...windowsRules,
];

/** Every rule of the guard for commands, family by family. */
export const rules: readonly Rule[] = [...families, ...unknownToolRules(families)];
