import { randomUUID } from 'node:crypto';
import type { ActionContext } from './actions/action.ts';
import { getCallerIdentity } from './actions/identity.ts';
import { actions, type KnownAction } from './actions/table.ts';
import { ec2Error, ec2Response, stsError, stsResponse } from './envelope.ts';
import { Ec2Fault } from './fault.ts';
import { withLongIds, withShortIds } from './ids.ts';
import type { Personality } from './personality.ts';
import { type Params, required } from './query.ts';

/** The cloud's answer to one request. */
export interface CloudReply {
  readonly status: number;
  readonly body: string;
  /** Of the body; XML when it is left out. */
  readonly contentType?: string;
  /** The connection ends without an answer, although what was asked may have been done. */
  readonly isDropped?: boolean;
}

/** What an answer depends on, besides the request. */
export type Surroundings = Omit<ActionContext, 'params'>;

/** The version of STS, which is answered at the same address as EC2. */
const stsVersion = '2011-06-15';

/** Answers one request of the Query protocol, of EC2 or of STS; with `fault` when it is given. */
export async function answer(
  given: Params,
  surroundings: Surroundings,
  fault?: Ec2Fault,
): Promise<CloudReply> {
  const requestId = randomUUID();
  const isSts = given.get('Version') === stsVersion || given.get('Action') === 'GetCallerIdentity';
  try {
    if (fault !== undefined) throw fault;
    const body = await (isSts ? answerSts : answerEc2)(given, surroundings, requestId);
    return { status: 200, body };
  } catch (error) {
    if (!(error instanceof Ec2Fault)) throw error;
    return { status: error.status, body: faultBody(error, { requestId, isSts, ...surroundings }) };
  }
}

/** The body of an error's answer. */
function faultBody(
  fault: Ec2Fault,
  about: { requestId: string; isSts: boolean; personality: Personality },
): string {
  if (about.isSts) return stsError(fault, about.requestId);
  return shortened(
    ec2Error(fault, about.requestId, about.personality.errorEnvelope),
    about.personality,
  );
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
