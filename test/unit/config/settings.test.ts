import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSettings } from '../../../src/config/settings.ts';
import { DeployerError } from '../../../src/errors.ts';
import { countRoles } from '../../../src/recipe/count-roles.ts';
import { fillParams } from '../../../src/recipe/fill-params.ts';
import { ParamSchema } from '../../../src/recipe/params.ts';
import { RoleSchema } from '../../../src/recipe/role-schema.ts';

function recipe(params: Record<string, object>) {
  const declared = Object.entries(params).map(([name, param]) => [
    name,
    ParamSchema.parse({ about: name, ...param }),
  ]);
  return { name: 'demo', params: Object.fromEntries(declared), uses: [] };
}

const demo = recipe({
  port: { type: 'integer', default: 80 },
  text: { default: '' },
  flag: { type: 'boolean', default: false },
  list: { type: 'list', default: [] },
});

test.each([
  ['port=81', 'port', 81],
  ['flag=true', 'flag', true],
  ['list=[a, 2]', 'list', ['a', 2]],
  ['text=123', 'text', '123'],
  ['text=a=b: [c', 'text', 'a=b: [c'],
  ['text=', 'text', ''],
])('--set %s sets %s to %j', (flag, name, value) => {
  expect(parseSettings(demo, [flag]).get(name)).toEqual(value);
});

test('a later flag wins, and what is not set has its default', () => {
  const params = fillParams(demo, '', parseSettings(demo, ['port=81', 'port=82']));
  expect(params).toEqual({ port: 82, text: '', flag: false, list: [] });
});

test('a parameter without a default must be set', () => {
  const needy = recipe({ token: { type: 'integer', min: 1 } });
  expect(() => fillParams(needy, '', new Map())).toThrow('recipe demo needs a value for "token"');
  expect(fillParams(needy, '', parseSettings(needy, ['token=7']))).toEqual({ token: 7 });
});

test('any text is taken as it is by a parameter that takes text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseSettings(demo, [`text=${text}`]).get('text')).toBe(text);
    }),
  );
});

test('whatever is written after --set gives a value that fits, or an error of ours', () => {
  const flag = fc.tuple(fc.constantFrom('port', 'flag', 'list', 'other'), fc.string());
  fc.assert(
    fc.property(flag, ([name, text]) => {
      try {
        const value = parseSettings(demo, [`${name}=${text}`]).get(name);
        expect(value).toBeDefined();
      } catch (error) {
        expect(error).toBeInstanceOf(DeployerError);
      }
    }),
  );
});

test('a smaller role keeps its count when the cluster grows, and shrinks with it', () => {
  const roles = { server: RoleSchema.parse({ count: 3 }), agent: RoleSchema.parse({ count: 5 }) };
  expect(countRoles({ name: 'demo', roles }, {}, undefined)).toEqual({ server: 3, agent: 5 });
  expect(countRoles({ name: 'demo', roles }, {}, 9)).toEqual({ server: 3, agent: 9 });
  expect(countRoles({ name: 'demo', roles }, {}, 2)).toEqual({ server: 2, agent: 2 });
});
