/** The part of the package that the tests use; it has no types of its own. */
declare module 'node-zookeeper-client' {
  /** Its code is one of ZooKeeper's own, such as -4 where the connection was lost. */
  export type Failure = (Error & { readonly code?: number }) | null;

  export interface Client {
    connect(): void;
    close(): void;
    on(event: 'connected' | 'expired', listener: () => void): void;
    once(event: 'connected', listener: () => void): void;
    getSessionId(): Buffer;
    /** What the server granted, in milliseconds. */
    getSessionTimeout(): number;
    create(path: string, data: Buffer, callback: (error: Failure) => void): void;
    getData(path: string, callback: (error: Failure, data?: Buffer) => void): void;
    setData(path: string, data: Buffer, callback: (error: Failure) => void): void;
    /** Not documented. */
    readonly connectionManager: { readonly socket?: import('node:net').Socket };
  }

  const zookeeper: {
    createClient(
      servers: string,
      options: {
        readonly sessionTimeout: number;
        readonly retries: number;
        readonly spinDelay?: number;
      },
    ): Client;
  };
  export default zookeeper;
}
