import { z } from 'zod';
import { probeKinds } from './probe-kinds.ts';

/** A question to a service on a node, as a recipe writes it: one kind of probe with its settings. */
export const ProbeSchema = z.union(
  [
    z.strictObject({ tcp: probeKinds.tcp.schema }),
    z.strictObject({ http: probeKinds.http.schema }),
    z.strictObject({ dns: probeKinds.dns.schema }),
    z.strictObject({ cql: probeKinds.cql.schema }),
    z.strictObject({ command: probeKinds.command.schema }),
  ],
  'expected one probe: tcp, http, dns, cql or command',
);

/** A probe that {@link ProbeSchema} has accepted. */
export type Probe = z.infer<typeof ProbeSchema>;
