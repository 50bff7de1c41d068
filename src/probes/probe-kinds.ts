import { command } from './command.ts';
import { cql } from './cql.ts';
import { dns } from './dns.ts';
import { http } from './http.ts';
import { tcp } from './tcp.ts';

/** Every kind of probe, under the key by which a recipe calls for it. */
export const probeKinds = { tcp, http, dns, cql, command } as const;
