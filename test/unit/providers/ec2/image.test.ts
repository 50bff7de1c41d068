import { afterEach, beforeEach, expect, test } from 'vitest';
import { imageIdOf } from '../../../../src/localcloud/names.ts';
import { openPaperEc2, type PaperEc2 } from '../../../support/paper-ec2.ts';

let paper: PaperEc2;

beforeEach(async () => {
  paper = await openPaperEc2();
});

afterEach(() => paper.remove());

test('an image is found by its id or its name', async () => {
  const debian = { id: imageIdOf('debian-12'), name: 'debian-12', username: 'root' };
  expect(await paper.provider.prepare('debian-12')).toEqual(debian);
  expect(await paper.provider.prepare(debian.id)).toEqual(debian);
});

test('of an owner’s images with a name the newest is taken', async () => {
  const newest = await paper.provider.prepare({ name: 'debian-*', owner: 'local' });
  expect(newest.name).toBe('debian-13');
});

test('an image of another owner is none', async () => {
  const wish = { name: 'debian-12', owner: '111122223333' };
  await expect(paper.provider.prepare(wish)).rejects.toMatchObject({ code: 'unknown-image' });
});

test.each(['no-such', 'ami-00000000000000000', 'ami-0'])('"%s" is no image', async (wish) => {
  await expect(paper.provider.prepare(wish)).rejects.toMatchObject({ code: 'unknown-image' });
});

test('a public parameter names an image', async () => {
  const parameter = '/aws/service/debian/release/12/latest/amd64';
  expect(await paper.provider.prepare({ parameter })).toMatchObject({ name: 'debian-12' });
  await expect(paper.provider.prepare({ parameter: '/no/such' })).rejects.toMatchObject({
    code: 'unknown-image',
    message: 'the parameter /no/such names no image: there is no such parameter in this region',
  });
});

test('a type that the cloud does not have is refused by name', async () => {
  await expect(paper.provider.figures(['t3.small', 'x.none'])).rejects.toMatchObject({
    code: 'unknown-instance-type',
    message: 'this cloud has no "x.none" machines',
  });
});

test('a cloud that does not tell what its types are made of is not asked twice (B19)', async () => {
  const old = await openPaperEc2('openstack');
  expect((await old.provider.figures(['t3.small'])).size).toBe(0);
  old.remove();
});
