'use client';

import { Badge, Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { deviceName } from './device-name.ts';
import { Row, Rows, RowText, Section } from './section.tsx';

export function Devices() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const devices = useQuery(trpc.identity.devices.queryOptions());
  const refresh = () => queryClient.invalidateQueries(trpc.identity.devices.queryFilter());
  const end = useMutation(trpc.identity.endDevice.mutationOptions({ onSettled: refresh }));
  const endOthers = useMutation(trpc.identity.endOtherDevices.mutationOptions({ onSettled: refresh }));
  const fault = refusalMessage(end.error ?? endOthers.error);
  const others = devices.data?.filter(({ isCurrent }) => !isCurrent).length ?? 0;
  return (
    <Section title="Signed-in devices" lead="A device you sign out here loses its open pages within a second.">
      {fault !== undefined && <Fault message={fault} />}
      <Rows
        query={devices}
        empty="No device is signed in."
        render={(device) => (
          <Row key={device.id}>
            <RowText>
              <Text fw={600}>{deviceName(device.userAgent)}</Text>
              <Text c="dimmed">
                signed in <TimeAgo at={device.createdAt} /> · seen <TimeAgo at={device.lastSeenAt} />
              </Text>
            </RowText>
            {device.isCurrent ? (
              <Badge variant="light">This device</Badge>
            ) : (
              <Button
                variant="default"
                aria-label={`Sign out ${deviceName(device.userAgent)}`}
                loading={end.isPending && end.variables.authSessionId === device.id}
                onClick={() => end.mutate({ authSessionId: device.id })}
              >
                Sign out
              </Button>
            )}
          </Row>
        )}
      />
      {others > 0 && (
        <Group>
          <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            Sign out all other devices
          </Button>
        </Group>
      )}
    </Section>
  );
}
