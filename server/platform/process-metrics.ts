import { pool } from '../../db/client.ts';
import { gauge } from './metrics.ts';

/** What every process tells about itself. */
export function tellProcessMetrics(): void {
  gauge('ensemble_up', 'The process answers', () => 1);
  gauge('ensemble_process_uptime_seconds', 'Seconds since the process began', () => process.uptime());
  gauge('ensemble_process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss());
  gauge('ensemble_process_cpu_seconds', 'Processor time used', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('ensemble_database_connections', 'Connections of the pool, by what they do', () => {
    const { totalCount, idleCount, waitingCount } = pool();
    return [
      { labels: { state: 'busy' }, value: totalCount - idleCount },
      { labels: { state: 'idle' }, value: idleCount },
      { labels: { state: 'waited_for' }, value: waitingCount },
    ];
  });
}
