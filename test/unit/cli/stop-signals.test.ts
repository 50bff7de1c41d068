import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { stopSignal } from '../../../src/cli/stop-signals.ts';
import { Interrupted } from '../../../src/errors.ts';
import type { DeployerEvent } from '../../../src/events.ts';

class StoppableProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s', (name) => {
  it('the first time says what happens and aborts, the second ends the process', () => {
    const told: DeployerEvent[] = [];
    const stoppable = new StoppableProcess();
    const signal = stopSignal(stoppable, { current: (event) => told.push(event) });
    expect(signal.aborted).toBe(false);

    stoppable.emit(name, name);
    expect(signal.reason).toBeInstanceOf(Interrupted);
    expect(signal.reason.message).toBe(`stopped by ${name}`);
    expect(told).toEqual([expect.objectContaining({ type: 'notice', level: 'warning' })]);
    expect(stoppable.exits).toEqual([]);

    stoppable.emit(name, name);
    expect(stoppable.exits).toEqual([130]);
  });

  it('works when nobody listens', () => {
    const stoppable = new StoppableProcess();
    const signal = stopSignal(stoppable, { current: null });
    stoppable.emit(name, name);

    expect(signal.aborted).toBe(true);
  });
});
