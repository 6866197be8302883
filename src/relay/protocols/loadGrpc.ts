import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

type GrpcModule = typeof import('../grpc/main');

/** File of the program, beside every other program of the product. */
const programFile = 'relayGrpc.js';

/** Loads what speaks gRPC. @throws DnnSplitError `file-system` where it is not there */
export function loadGrpc(): GrpcModule {
  const path = join(__dirname, programFile);
  if (existsSync(path)) return createRequire(path)(path);
  throw new DnnSplitError('file-system', say('relay.noGrpc', { file: programFile, path }), {
    path,
  });
}
