import { connect, createServer, type Server, type Socket } from 'node:net';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { PacedWay, type WayShape } from './pacedWay';

/** What a link is like, both ways. */
export interface EmulatedShape {
  /** Upwards; 0 lets nothing through. */
  readonly bandwidthMbps: number;
  /** One way. */
  readonly latencyMs: number;
  /** Downwards; as fast as the machine is where absent. */
  readonly downBandwidthMbps?: number | undefined;
  /** Downwards; as upwards where absent. */
  readonly downLatencyMs?: number | undefined;
}

export interface EmulatedLinkOptions extends EmulatedShape {
  /** Port that the link leads to, on the loopback address where no other is named. */
  readonly targetPort: number;
  readonly targetHost?: string;
}

/**
 * A slower link in front of a server on this machine, in user space. Whoever receives sees bytes arrive as over a real link.
 */
export class EmulatedLink {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly up: PacedWay;
  private readonly down: PacedWay;

  constructor(private readonly options: EmulatedLinkOptions) {
    this.up = new PacedWay(options);
    this.down = new PacedWay(downOf(options));
    this.server = createServer((client) => this.open(client));
  }

  /** @returns the port on the address that stands for the other end @throws DnnSplitError `file-system` */
  listen(host = '127.0.0.1'): Promise<number> {
    return new Promise((done, fail) => {
      this.server.once('error', ({ message }) =>
        fail(new DnnSplitError('file-system', say('relay.cannotListen', { address: host, reason: message }))),
      );
      this.server.listen(0, host, () => {
        const address = this.server.address();
        done(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  /** The bandwidth upwards from now on, in Mbit/s. */
  set bandwidth(mbps: number) {
    this.up.reshape({ bandwidthMbps: mbps, latencyMs: this.options.latencyMs });
  }

  get targetPort(): number {
    return this.options.targetPort;
  }

  get bandwidth(): number {
    return this.up.bandwidthMbps;
  }

  /** Makes it another link from now on, both ways. */
  reshape(shape: EmulatedShape): void {
    this.up.reshape(shape);
    this.down.reshape(downOf(shape));
  }

  close(): void {
    this.up.close();
    this.down.close();
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private open(client: Socket): void {
    const server = connect(this.options.targetPort, this.options.targetHost ?? '127.0.0.1');
    const drop = () => {
      this.up.drop(client);
      this.down.drop(server);
      for (const socket of [client, server]) {
        this.sockets.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.setNoDelay(true).on('error', drop).on('close', drop);
    }
    this.up.carry(client, server);
    this.down.carry(server, client);
  }
}

function downOf({ latencyMs, downBandwidthMbps, downLatencyMs }: EmulatedShape): WayShape {
  return { bandwidthMbps: downBandwidthMbps ?? Number.POSITIVE_INFINITY, latencyMs: downLatencyMs ?? latencyMs };
}
