import { randomUUID } from 'node:crypto';
import type { ActionContext } from './actions/action.ts';
import { getCallerIdentity } from './actions/identity.ts';
import { actions, type KnownAction } from './actions/table.ts';
import type { CloudReply } from './cloud-reply.ts';
import { ec2Response, stsResponse } from './envelope.ts';
import { Ec2Fault } from './fault.ts';
import { faultReply, serviceOf } from './fault-reply.ts';
import { withLongIds, withShortIds } from './ids.ts';
import { answerParameters } from './parameters.ts';
import type { Personality } from './personality.ts';
import { type Params, required } from './query.ts';

/** A request, as it came and taken apart. */
export interface Asked {
  readonly form: string;
  readonly params: Params;
  readonly target?: string | undefined;
}

/** What an answer depends on, besides the request. */
export type Surroundings = Omit<ActionContext, 'params'>;

/** Answers one request, of whichever service; with `fault` when it is given. With `target` it is one in JSON. */
export async function answer(
  { params, form, target }: Asked,
  surroundings: Surroundings,
  fault?: Ec2Fault,
): Promise<CloudReply> {
  const requestId = randomUUID();
  const service = serviceOf(params, target);
  try {
    if (fault !== undefined) throw fault;
    if (target !== undefined) return await answerParameters(target, form, surroundings);
    const answerXml = service === 'sts' ? answerSts : answerEc2;
    return { status: 200, body: await answerXml(params, surroundings, requestId) };
  } catch (error) {
    if (!(error instanceof Ec2Fault)) throw error;
    return faultReply(error, service, { requestId, ...surroundings });
  }
}

async function answerEc2(
  given: Params,
  surroundings: Surroundings,
  requestId: string,
): Promise<string> {
  const { personality } = surroundings;
  const name = required(given, 'Action');
  const known = actions.get(name);
  if (known === undefined || personality.missingActions.has(name)) {
    throw invalidAction(name, personality);
  }
  const own = knownParams(given, known, personality);
  const params = personality.idDigits === 8 ? withLongIds(own) : own;
  if (params.get('DryRun') === 'true') {
    const message = 'Request would have succeeded, but DryRun flag is set.';
    throw new Ec2Fault('DryRunOperation', message, 412);
  }
  const content = await known.act({ ...surroundings, params });
  return shortened(ec2Response(name, requestId, content), personality);
}

async function answerSts(
  params: Params,
  surroundings: Surroundings,
  requestId: string,
): Promise<string> {
  const name = required(params, 'Action');
  const { personality } = surroundings;
  if (name !== 'GetCallerIdentity' || personality.missingActions.has(name)) {
    throw invalidAction(name, personality);
  }
  return stsResponse(name, requestId, await getCallerIdentity({ ...surroundings, params }));
}

function invalidAction(name: string, { missingActionCode }: Personality): Ec2Fault {
  return new Ec2Fault(missingActionCode, `The action ${name} is not valid for this web service.`);
}

/** The parameters that the action knows; others are left out or are an error, as the cloud does it. */
function knownParams(
  given: Params,
  { parameters }: KnownAction,
  { missingParameters, onUnknownParameter }: Personality,
): Params {
  const isKnown = (name: string) => {
    const [first = ''] = name.split('.');
    return parameters.has(first) && !missingParameters.has(first);
  };
  const unknown = [...given.keys()].find((name) => !isKnown(name));
  if (unknown === undefined) return given;
  if (onUnknownParameter === 'ignored') {
    return new Map([...given].filter(([name]) => isKnown(name)));
  }
  const { code, status } = onUnknownParameter;
  const message =
    status === 500 ? 'Unknown error occurred.' : `The parameter ${unknown} is not recognized`;
  throw new Ec2Fault(code, message, status);
}

function shortened(xml: string, { idDigits }: Personality): string {
  return idDigits === 8 ? withShortIds(xml) : xml;
}
