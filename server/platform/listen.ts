import type { Server } from 'node:http';
import { env, EnvError } from './env.ts';

/** Listens where the environment says. @returns the port @throws EnvError when it cannot be had */
export function listen(server: Server): Promise<number> {
  const { port, host } = env();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new EnvError(`PORT ${port} on ${host} is taken by another program. Stop it or set PORT to a free one.`));
      else if (error.code === 'EADDRNOTAVAIL')
        reject(new EnvError(`HOST ${host} is not an address of this machine. Correct it or unset HOST.`));
      else reject(error);
    });
    // After a restart everybody comes back at one moment.
    server.listen({ port, host, backlog: 4096 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
