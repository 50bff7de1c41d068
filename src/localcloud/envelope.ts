import type { Ec2Fault } from './fault.ts';
import type { Personality } from './personality.ts';
import { renderXml, type XmlValue } from './xml.ts';

/** What an action has answered, by the names of its elements. */
export type Content = Readonly<Record<string, XmlValue>>;

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const ec2Namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const stsNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** A successful answer of EC2. */
export function ec2Response(action: string, requestId: string, content: Content): string {
  return document(`${action}Response`, ec2Namespace, { requestId, ...content });
}

/** An error of EC2. */
export function ec2Error(
  { code, message }: Ec2Fault,
  requestId: string,
  envelope: Personality['errorEnvelope'],
): string {
  if (envelope === 'old') {
    const error = { Type: 'Sender', Code: code, Message: message };
    return document('ErrorResponse', ec2Namespace, { Error: error, RequestId: requestId });
  }
  const content = { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId };
  return `${declaration}${renderXml('Response', content)}`;
}

/** A successful answer of STS. */
export function stsResponse(action: string, requestId: string, content: Content): string {
  return document(`${action}Response`, stsNamespace, {
    [`${action}Result`]: content,
    ResponseMetadata: { RequestId: requestId },
  });
}

/** An error of STS. */
export function stsError({ code, message }: Ec2Fault, requestId: string): string {
  const error = { Type: 'Sender', Code: code, Message: message };
  return document('ErrorResponse', stsNamespace, { Error: error, RequestId: requestId });
}

function document(root: string, namespace: string, content: Content): string {
  const body = Object.entries(content).map(([name, value]) => renderXml(name, value));
  return `${declaration}<${root} xmlns="${namespace}">${body.join('')}</${root}>`;
}
