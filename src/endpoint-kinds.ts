/** Whether an endpoint is AWS's own, which is also the one when none is named. */
export function isAwsEndpoint(endpoint: string | undefined): boolean {
  return endpoint === undefined || /\.amazonaws\.com(\.cn)?$/.test(hostOf(endpoint));
}

/** Whether an endpoint is on this computer. */
export function isLoopbackEndpoint(endpoint: string): boolean {
  const host = hostOf(endpoint);
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

/** Empty where the endpoint is no URL. */
function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
}
