import { Ec2Fault } from '../fault.ts';
import { listOf } from '../query.ts';
import type { GroupRule, SecurityGroup } from '../record.ts';
import { type Action, type ActionContext, change, makeId } from './action.ts';
import { findByIds } from './find.ts';
import { groupNamed, meaningOf, ruleItem, rulesIn } from './group-rules.ts';
import { groupsOfAccount, keepGroup } from './security-groups.ts';

/** Adds rules to what a group lets in; all of them or none. */
export const authorizeIngress: Action = (context) => authorize(context, false);

/** Adds rules to what a group lets out; all of them or none. */
export const authorizeEgress: Action = (context) => authorize(context, true);

/** Takes rules off what a group lets in; all of them or none. */
export const revokeIngress: Action = (context) => revoke(context, false);

/** Takes rules off what a group lets out; all of them or none. */
export const revokeEgress: Action = (context) => revoke(context, true);

async function authorize(context: ActionContext, isEgress: boolean) {
  const { params } = context;
  const added = await changeGroup(context, (group, groups) => {
    const rules = rulesIn(params, groups).map((rule) => ({
      ...rule,
      id: makeId(context, 'sgr'),
      isEgress,
    }));
    for (const rule of rules) {
      if (rulesAlike(group, rule, isEgress).length === 0) group.rules.push(rule);
      else {
        throw new Ec2Fault(
          'InvalidPermission.Duplicate',
          `the specified rule "${meaningOf(rule)}" already exists`,
        );
      }
    }
    return rules.map((rule) => ruleItem(group, rule));
  });
  return { return: true, securityGroupRuleSet: added };
}

async function revoke(context: ActionContext, isEgress: boolean) {
  const { params } = context;
  await changeGroup(context, (group, groups) => {
    const ids = listOf(params, 'SecurityGroupRuleId');
    const doomed =
      ids.length > 0
        ? findByIds(
            group.rules.filter((rule) => rule.isEgress === isEgress),
            ids,
            'rule',
          )
        : rulesIn(params, groups).flatMap((rule) => {
            const alike = rulesAlike(group, rule, isEgress);
            if (alike.length > 0) return alike;
            const message = 'The specified rule does not exist in this security group.';
            throw new Ec2Fault('InvalidPermission.NotFound', message);
          });
    group.rules = group.rules.filter((rule) => !doomed.includes(rule));
  });
  return { return: true, unknownIpPermissionSet: [] };
}

function rulesAlike(
  group: SecurityGroup,
  rule: Parameters<typeof meaningOf>[0],
  isEgress: boolean,
): GroupRule[] {
  return group.rules.filter(
    (each) => each.isEgress === isEgress && meaningOf(each) === meaningOf(rule),
  );
}

/** Changes the group that the request names; the default one is written down with its first change. */
function changeGroup<T>(
  context: ActionContext,
  work: (group: SecurityGroup, groups: readonly SecurityGroup[]) => T,
): Promise<T> {
  return change(context, (own, record) => {
    const groups = groupsOfAccount(context, own);
    const group = groupNamed(context.params, groups);
    const result = work(group, groups);
    keepGroup(record, group);
    return result;
  });
}
