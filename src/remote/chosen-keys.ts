import type { BaseAgent, IdentityCallback, ParsedKey } from 'ssh2';
import ssh2 from 'ssh2';

/** Which keys of an agent are tried: the named ones before all others, if others at all, and `most` of them. */
export interface KeyChoice {
  /** In ssh's wire form. */
  readonly named: readonly Buffer[];
  readonly onlyNamed: boolean;
  readonly most: number;
}

/** An agent that offers some of its keys; none when it does not answer, so that what comes after it is tried. */
export function chosenFrom(socket: string, choice: KeyChoice): BaseAgent<ParsedKey> {
  return new ChosenKeys(socket, choice);
}

class ChosenKeys extends ssh2.OpenSSHAgent {
  readonly #choice: KeyChoice;

  constructor(socket: string, choice: KeyChoice) {
    super(socket);
    this.#choice = choice;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    super.getIdentities((error, keys) => {
      callback(undefined, error ? [] : choose((keys ?? []).flatMap(parsed), this.#choice));
    });
  }
}

function parsed(key: unknown): readonly ParsedKey[] {
  return isParsed(key) ? [key] : [];
}

function isParsed(key: unknown): key is ParsedKey {
  return typeof key === 'object' && key !== null && 'getPublicSSH' in key;
}

function choose(keys: readonly ParsedKey[], { named, onlyNamed, most }: KeyChoice): ParsedKey[] {
  const isNamed = (key: ParsedKey) => named.some((blob) => blob.equals(key.getPublicSSH()));
  const others = onlyNamed ? [] : keys.filter((key) => !isNamed(key));
  return [...keys.filter(isNamed), ...others].slice(0, most);
}
