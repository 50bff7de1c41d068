/** An error that the cloud answers with, under one of EC2's own codes. */
export class Ec2Fault extends Error {
  /** EC2's error code, such as `InvalidInstanceID.NotFound`. */
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'Ec2Fault';
    this.code = code;
    this.status = status;
  }
}

/** The fault for a required parameter that a request does not have. */
export function missingParameter(name: string): Ec2Fault {
  return new Ec2Fault('MissingParameter', `The request must contain the parameter ${name}`);
}

/** The fault for a parameter whose value cannot be. */
export function invalidParameter(name: string, value: string, why = 'is not valid'): Ec2Fault {
  return new Ec2Fault('InvalidParameterValue', `Value (${value}) for parameter ${name} ${why}`);
}
