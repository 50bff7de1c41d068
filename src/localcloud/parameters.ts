import type { CloudReply } from './answer.ts';
import type { Machines } from './machines.ts';

const getParameter = 'AmazonSSM.GetParameter';

/** Where AWS keeps the newest image of a Debian release, and the local cloud every image by its name. */
const paths = [
  {
    pattern: /^\/aws\/service\/debian\/release\/(\d+)\/latest\/(?:amd64|arm64)$/,
    prefix: 'debian-',
  },
  { pattern: /^\/deployer\/images\/([\w.-]+)$/, prefix: '' },
];

/** Answers a call of the Systems Manager in JSON 1.1; of its actions there is `GetParameter`, for the ids of images. */
export async function answerParameters(
  target: string,
  body: string,
  machines: Machines,
): Promise<CloudReply> {
  if (target !== getParameter) {
    return failure('UnknownOperationException', `There is no ${target} here.`);
  }
  const name = nameIn(body);
  if (name === undefined) return failure('ValidationException', 'Name is missing.');
  const image = (await machines.images()).find((each) => each.name === imageNameOf(name));
  if (image === undefined) return failure('ParameterNotFound', `Parameter ${name} not found.`);
  const Parameter = {
    Name: name,
    Type: 'String',
    Value: image.id,
    Version: 1,
    LastModifiedDate: image.createdAtMs / 1000,
    DataType: 'text',
  };
  return reply(200, { Parameter });
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

function failure(type: string, message: string): CloudReply {
  return reply(400, { __type: type, message });
}

function reply(status: number, content: object): CloudReply {
  return { status, contentType: 'application/x-amz-json-1.1', body: JSON.stringify(content) };
}
