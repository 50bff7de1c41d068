import type { CloudReply } from './cloud-reply.ts';
import { Ec2Fault } from './fault.ts';
import { jsonType } from './fault-reply.ts';
import type { Machines } from './machines.ts';
import type { Personality } from './personality.ts';

const getParameter = 'AmazonSSM.GetParameter';

/** Where AWS keeps the newest image of a Debian release, and the local cloud every image by its name. */
const paths = [
  {
    pattern: /^\/aws\/service\/debian\/release\/(\d+)\/latest\/(?:amd64|arm64)$/,
    prefix: 'debian-',
  },
  { pattern: /^\/deployer\/images\/([\w.-]+)$/, prefix: '' },
];

/**
 * Answers a call of the Systems Manager in JSON 1.1; of its actions there is `GetParameter`, for the ids of images.
 * @throws {Ec2Fault} with a code of the Systems Manager
 */
export async function answerParameters(
  target: string,
  body: string,
  { machines, personality }: { readonly machines: Machines; readonly personality: Personality },
): Promise<CloudReply> {
  if (target !== getParameter || personality.missingActions.has('GetParameter')) {
    throw new Ec2Fault('UnknownOperationException', `There is no ${target} here.`);
  }
  const name = nameIn(body);
  if (name === undefined) throw new Ec2Fault('ValidationException', 'Name is missing.');
  const image = (await machines.images()).find((each) => each.name === imageNameOf(name));
  if (image === undefined) {
    throw new Ec2Fault('ParameterNotFound', `Parameter ${name} not found.`);
  }
  const Parameter = {
    Name: name,
    Type: 'String',
    Value: image.id,
    Version: 1,
    LastModifiedDate: image.createdAtMs / 1000,
    DataType: 'text',
  };
  return { status: 200, contentType: jsonType, body: JSON.stringify({ Parameter }) };
}

function imageNameOf(parameter: string): string | undefined {
  for (const { pattern, prefix } of paths) {
    const found = pattern.exec(parameter)?.[1];
    if (found !== undefined) return `${prefix}${found}`;
  }
  return undefined;
}

function nameIn(body: string): string | undefined {
  try {
    const { Name } = JSON.parse(body);
    return typeof Name === 'string' ? Name : undefined;
  } catch {
    return undefined;
  }
}
