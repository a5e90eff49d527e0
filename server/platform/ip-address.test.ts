import { expect, test } from 'vitest';
import { addressKind, forbiddenAddress } from './ip-address.ts';

test.each([
  ['93.184.216.34', 'public'],
  ['2606:2800:220:1::1', 'public'],
  ['127.0.0.1', 'private'],
  ['127.255.255.254', 'private'],
  ['0.0.0.0', 'private'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['198.18.0.1', 'private'],
  ['224.0.0.1', 'private'],
  ['255.255.255.255', 'private'],
  ['169.254.169.254', 'link-local'],
  ['::1', 'private'],
  ['::', 'private'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['fd00::1', 'private'],
  ['ff02::1', 'private'],
  ['::ffff:127.0.0.1', 'private'],
  ['::ffff:169.254.169.254', 'link-local'],
  ['::ffff:93.184.216.34', 'public'],
  ['64:ff9b::a9fe:a9fe', 'link-local'],
  ['64:ff9b::7f00:1', 'private'],
  ['2002:7f00:1::', 'private'],
  ['::ffff:0:7f00:1', 'private'],
  ['64:ff9b:1::7f00:1', 'private'],
  ['nonsense', 'private'],
] as const)('[PR4] %s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});

test.each([
  '169.254.169.254',
  '169.254.0.1',
  'fe80::1',
  'fe80::1%eth0',
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:0ec2:0:0:0:0:0:254',
  '0.0.0.0',
  '0.1.2.3',
  '224.0.0.1',
  '239.255.255.250',
  '255.255.255.255',
  '::',
  'ff02::1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '::ffff:0:0.0.0.0',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::a9fe:a9fe',
  '2002:a9fe:a9fe::',
  'nonsense',
])('[GW72] %s is never connected to', (address) => {
  expect(forbiddenAddress(address)).toBeDefined();
});

test.each(['127.0.0.1', '::1', '10.0.0.5', '192.168.1.1', '172.16.3.4', 'fd00::5', '93.184.216.34', '2606:4700::1'])(
  '[GW72] %s may be a model server',
  (address) => {
    expect(forbiddenAddress(address)).toBeUndefined();
  },
);
