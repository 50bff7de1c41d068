import { expect, test } from 'vitest';
import { loginUserOf } from '../../../../src/providers/ec2/login-user.ts';

test.each([
  ['debian-12-amd64-20250316-2053', 'admin'],
  ['ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250305', 'ubuntu'],
  ['al2023-ami-2023.6.20250317.2-kernel-6.1-x86_64', 'ec2-user'],
  ['amzn2-ami-kernel-5.10-hvm-2.0.20250305.0-x86_64-gp2', 'ec2-user'],
  ['Rocky-9-EC2-Base-9.5-20241118.0.x86_64', 'rocky'],
  ['AlmaLinux OS 9.5.20241120 x86_64', 'ec2-user'],
  ['CentOS Stream 9 x86_64 20250310', 'ec2-user'],
  ['CentOS-7-2111-20220825_1.x86_64', 'centos'],
  ['Fedora-Cloud-Base-AmazonEC2.x86_64-41', 'fedora'],
  ['openSUSE-Leap-15-6-v20250131-hvm-ssd-x86_64', 'ec2-user'],
  ['RHEL-9.5.0_HVM-20250128-x86_64', 'ec2-user'],
  ['my-own-image', null],
])('%s is logged into as %s', (Name, user) => {
  expect(loginUserOf({ Name }, true)).toBe(user);
});

test('what the name does not tell the description may', () => {
  expect(loginUserOf({ Name: 'base-3', Description: 'Ubuntu 24.04 of ours' }, true)).toBe('ubuntu');
});

test("Debian's images for other clouds than AWS have another user", () => {
  expect(loginUserOf({ Name: 'debian-12-genericcloud-amd64' }, false)).toBe('debian');
});

test('the local cloud’s machines are logged into as root', () => {
  expect(loginUserOf({ Name: 'debian-12', ImageLocation: 'local/debian-12' }, false)).toBe('root');
});
