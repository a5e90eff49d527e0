import { databaseUrl } from '../../db/client.ts';
import { openNotifications, type Notifications } from './notify.ts';
import { singleton } from './singleton.ts';

type Holder = { opening: Promise<Notifications> | undefined };
const holder = () => singleton<Holder>('notifications', () => ({ opening: undefined }));

/** The process's one listening connection, opened on first use. */
export function notifications(): Promise<Notifications> {
  const current = holder();
  current.opening ??= openNotifications(databaseUrl()).catch((error: unknown) => {
    current.opening = undefined;
    throw error;
  });
  return current.opening;
}

export async function closeNotifications(): Promise<void> {
  const current = holder();
  const opened = await current.opening;
  current.opening = undefined;
  await opened?.close();
}
