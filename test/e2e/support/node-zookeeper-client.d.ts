/** The part of the package that the tests use; it has no types of its own. */
declare module 'node-zookeeper-client' {
  type Failure = Error | null;

  interface Client {
    connect(): void;
    close(): void;
    once(event: 'connected', listener: () => void): void;
    create(path: string, data: Buffer, callback: (error: Failure) => void): void;
    getData(path: string, callback: (error: Failure, data?: Buffer) => void): void;
    setData(path: string, data: Buffer, callback: (error: Failure) => void): void;
  }

  const zookeeper: {
    createClient(servers: string, options: { sessionTimeout: number; retries: number }): Client;
  };
  export default zookeeper;
}
