import { ec2Error, stsError } from './envelope.ts';
import type { Ec2Fault } from './fault.ts';
import { withShortIds } from './ids.ts';
import type { Personality } from './personality.ts';
import type { Params } from './query.ts';

/** The services of AWS that are answered at the same address. */
export type Service = 'ec2' | 'sts' | 'ssm';

/** An error as it is answered. */
export interface FaultReply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
}

/** The version of STS, in which its clients ask. */
const stsVersion = '2011-06-15';

/** JSON 1.1, which the Systems Manager speaks. */
export const jsonType = 'application/x-amz-json-1.1';

/** Which service a request is for; `target` is its `X-Amz-Target`. */
export function serviceOf(params: Params, target: string | undefined): Service {
  if (target !== undefined) return 'ssm';
  const isSts =
    params.get('Version') === stsVersion || params.get('Action') === 'GetCallerIdentity';
  return isSts ? 'sts' : 'ec2';
}

/** What is asked for: the name of an action, such as `DescribeInstances`; empty when there is none. */
export function actionOf(params: Params, target: string | undefined): string {
  return target?.split('.').at(-1) ?? params.get('Action') ?? '';
}

/** An error in the words of the service, so that its clients find code and message. */
export function faultReply(
  fault: Ec2Fault,
  service: Service,
  { requestId, personality }: { readonly requestId: string; readonly personality: Personality },
): FaultReply {
  const { status, code, message } = fault;
  if (service === 'ssm') {
    return { status, contentType: jsonType, body: JSON.stringify({ __type: code, message }) };
  }
  const contentType = 'text/xml;charset=UTF-8';
  if (service === 'sts') return { status, contentType, body: stsError(fault, requestId) };
  const body = ec2Error(fault, requestId, personality.errorEnvelope);
  return { status, contentType, body: personality.idDigits === 8 ? withShortIds(body) : body };
}
